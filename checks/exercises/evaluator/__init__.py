"""Checks of `evaluator.py`."""

from . import evaluate, roc, task_metrics

__all__ = ["evaluate", "roc", "task_metrics"]
