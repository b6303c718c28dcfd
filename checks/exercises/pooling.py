"""Checks of `pooling.py`."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ..exercise import exercise
from .inputs import lengths_to_mask, ragged_batch

Pool = Callable[[Tensor, Tensor], Any]

mean_pool = exercise("1.1")
max_pool = exercise("1.2")


def _scattered_padding(pool: Pool, rng: torch.Generator) -> Any:
    """Pool sentences with padding before and between their tokens."""
    mask = torch.tensor([[0, 0, 1, 1, 1], [1, 0, 1, 0, 1], [0, 0, 0, 0, 1]])
    return pool(torch.randn(3, 5, 6, generator=rng), mask)


def _short(pool: Pool, rng: torch.Generator) -> Any:
    """Pool one sentence alone, one token alone, and sentences of one token each."""
    return {
        "one sentence": pool(*ragged_batch(rng, (4,))),
        "one token": pool(*ragged_batch(rng, (1,))),
        "sentences of one token": pool(*ragged_batch(rng, (1, 1, 1))),
        "one token beside three": pool(*ragged_batch(rng, (1, 3))),
    }


def _all_padding(pool: Pool, rng: torch.Generator) -> Any:
    """Pool rows without any token, beside others and alone, in every precision."""
    tokens, mask = ragged_batch(rng, (3, 0, 5))
    dtypes = (torch.float32, torch.float16, torch.bfloat16)
    beside_others = {f"beside others, {dtype}": pool(tokens.to(dtype), mask) for dtype in dtypes}
    return {"alone": pool(tokens[1:2], mask[1:2]), **beside_others}


def _dtypes(pool: Pool, rng: torch.Generator) -> Any:
    """Pool the same tokens in every precision."""
    tokens, mask = ragged_batch(rng)
    dtypes = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
    return {str(dtype): pool(tokens.to(dtype), mask) for dtype in dtypes}


def _layouts(pool: Pool, rng: torch.Generator) -> Any:
    """Pool tensors that are views of others: turned around, or every second number of them."""
    tokens, mask = ragged_batch(rng)
    turned = pool(tokens.transpose(0, 1).contiguous().transpose(0, 1), mask.T.contiguous().T)
    return {"turned around": turned, "every second number": pool(tokens[:, :, ::2], mask)}


def _gradient(pool: Pool, rng: torch.Generator) -> Any:
    """Send a gradient back through the pooling."""
    tokens, mask = ragged_batch(rng)
    tokens.requires_grad_()
    (pool(tokens, mask) * torch.randn(4, 6, generator=rng)).sum().backward()
    return tokens.grad


def _inputs_afterwards(pool: Pool, rng: torch.Generator) -> Any:
    """Give tokens and mask as they are after the pooling."""
    tokens, mask = ragged_batch(rng)
    pool(tokens, mask)
    return {"tokens": tokens, "mask": mask}


@mean_pool.check("averages the real tokens of each sentence")
def average(course: Any, rng: torch.Generator) -> Any:
    return course.pooling.mean_pool(*ragged_batch(rng))


@mean_pool.check("averages a single sentence and sentences of one token")
def average_of_short(course: Any, rng: torch.Generator) -> Any:
    return _short(course.pooling.mean_pool, rng)


@mean_pool.check("asks the mask where the padding is: it may stand before the tokens")
def average_beside_scattered_padding(course: Any, rng: torch.Generator) -> Any:
    return _scattered_padding(course.pooling.mean_pool, rng)


@mean_pool.check("gives zeros for a row that is all padding")
def average_of_padding(course: Any, rng: torch.Generator) -> Any:
    return _all_padding(course.pooling.mean_pool, rng)


@mean_pool.check("returns the tokens' dtype")
def average_dtype(course: Any, rng: torch.Generator) -> Any:
    return _dtypes(course.pooling.mean_pool, rng)


@mean_pool.check("sums half precision in float32: a long sentence neither overflows nor rounds away")
def average_of_much(course: Any, rng: torch.Generator) -> Any:
    large = 20_000 + 10_000 * torch.rand(2, 8, 6, generator=rng)
    many = 1 + torch.rand(2, 700, 6, generator=rng)
    return {
        "large numbers, float16": course.pooling.mean_pool(large.half(), lengths_to_mask((8, 5))),
        "many tokens, bfloat16": course.pooling.mean_pool(many.bfloat16(), lengths_to_mask((700, 600))),
    }


@mean_pool.check("takes tensors in any memory layout")
def average_layouts(course: Any, rng: torch.Generator) -> Any:
    return _layouts(course.pooling.mean_pool, rng)


@mean_pool.check("gives the tokens' gradient an equal share, and the padding none")
def average_gradient(course: Any, rng: torch.Generator) -> Any:
    return _gradient(course.pooling.mean_pool, rng)


@mean_pool.check("leaves its inputs as they were")
def average_inputs(course: Any, rng: torch.Generator) -> Any:
    return _inputs_afterwards(course.pooling.mean_pool, rng)


@max_pool.check("takes the largest value of each dimension over the real tokens")
def largest(course: Any, rng: torch.Generator) -> Any:
    return course.pooling.max_pool(*ragged_batch(rng))


@max_pool.check("lets no padding win where all real values are negative")
def largest_of_negative(course: Any, rng: torch.Generator) -> Any:
    tokens, mask = ragged_batch(rng)
    return course.pooling.max_pool(-tokens.abs() - 1, mask)


@max_pool.check("takes the largest value of a single sentence and of sentences of one token")
def largest_of_short(course: Any, rng: torch.Generator) -> Any:
    return _short(course.pooling.max_pool, rng)


@max_pool.check("asks the mask where the padding is: it may stand before the tokens")
def largest_beside_scattered_padding(course: Any, rng: torch.Generator) -> Any:
    return _scattered_padding(course.pooling.max_pool, rng)


@max_pool.check("gives zeros for a row that is all padding")
def largest_of_padding(course: Any, rng: torch.Generator) -> Any:
    return _all_padding(course.pooling.max_pool, rng)


@max_pool.check("works in half precision, whose smallest number is -65504, and returns the tokens' dtype")
def largest_dtype(course: Any, rng: torch.Generator) -> Any:
    tokens, mask = ragged_batch(rng)
    lowest = course.pooling.max_pool((-60_000 + 1000 * tokens.clamp(-3, 3)).half(), mask)
    return {"near -65504": lowest, **_dtypes(course.pooling.max_pool, rng)}


@max_pool.check("takes tensors in any memory layout")
def largest_layouts(course: Any, rng: torch.Generator) -> Any:
    return _layouts(course.pooling.max_pool, rng)


@max_pool.check("sends the gradient to the largest real token of each dimension only")
def largest_gradient(course: Any, rng: torch.Generator) -> Any:
    return _gradient(course.pooling.max_pool, rng)


@max_pool.check("leaves its inputs as they were")
def largest_inputs(course: Any, rng: torch.Generator) -> Any:
    return _inputs_afterwards(course.pooling.max_pool, rng)
