"""Checks of `multitask.py`."""

from . import classification_head, forward, parameter_counts

__all__ = ["classification_head", "forward", "parameter_counts"]
