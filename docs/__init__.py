"""The site, and what it is made from."""
