"""Checks of `pooling.py`."""

from typing import Any

import torch

from ..exercise import exercise
from .inputs import ragged_batch

mean_pool = exercise("1.1")


@mean_pool.check("averages the real tokens of each sentence")
def average(course: Any, rng: torch.Generator) -> Any:
    tokens, mask = ragged_batch(rng)
    return course.pooling.mean_pool(tokens, mask)


@mean_pool.check("gives the tokens' gradient an equal share, and the padding none")
def average_gradient(course: Any, rng: torch.Generator) -> Any:
    tokens, mask = ragged_batch(rng)
    tokens.requires_grad_()
    (course.pooling.mean_pool(tokens, mask) * torch.randn(4, 6, generator=rng)).sum().backward()
    return tokens.grad
