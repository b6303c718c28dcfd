"""Checks of `pooling.py`."""

from .inputs import ragged_batch
from ..exercise import exercise

mean_pool = exercise("1.1")


@mean_pool.check("averages the real tokens of each sentence")
def average(course, rng):
    tokens, mask = ragged_batch(rng)
    return course.pooling.mean_pool(tokens, mask)
