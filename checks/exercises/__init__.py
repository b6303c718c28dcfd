"""The checks, one file for each file of the reference."""
