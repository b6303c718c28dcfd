"""Whole programs to be mended: in the tutorial each has a few mistakes, none of which crashes."""
