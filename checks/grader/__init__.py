"""The parent: starts the processes, leads one exercise from its text to its verdict, and keeps the record."""
