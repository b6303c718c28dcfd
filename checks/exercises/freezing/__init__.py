"""Checks of `freezing.py`."""

from . import apply_strategy, layer_groups, optimizer_groups, predict_changes, rebalance, unfreeze_schedule

__all__ = ["apply_strategy", "layer_groups", "optimizer_groups", "predict_changes", "rebalance", "unfreeze_schedule"]
