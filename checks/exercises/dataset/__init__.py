"""Checks of `dataset.py`."""

from . import collate, generate_category_samples, multitask_dataset, stratified_split, template_split

__all__ = ["collate", "generate_category_samples", "multitask_dataset", "stratified_split", "template_split"]
