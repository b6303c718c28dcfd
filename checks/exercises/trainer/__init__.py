"""Checks of `trainer.py`."""

# An optimizer's first step imports this, which takes half a second: better once, before the process forks.
import torch._dynamo  # noqa: F401

from . import cache_features, cross_validate, train, train_step

__all__ = ["cache_features", "cross_validate", "train", "train_step"]
