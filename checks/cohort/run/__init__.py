"""The run over many: jobs side by side, what is kept, what is tried again."""
