"""The checks: for each file of the reference a file or, where that would be long, a package."""
