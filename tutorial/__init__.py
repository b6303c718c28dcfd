"""Two Heads: a multi-task sentence transformer."""
