"""Two Heads: the complete reference of a multi-task sentence transformer."""
