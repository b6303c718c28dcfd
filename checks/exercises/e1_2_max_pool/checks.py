"""Checks of exercise 1.2, `max_pool`."""

from collections.abc import Iterator

import torch
from torch import Tensor

from ...protocol.suite import Case, Code, Suite
from ..inputs import ragged_batch, tenths
from ..pools import (
    all_padding,
    dtypes,
    gradient,
    inputs_afterwards,
    layouts,
    pooled,
    scattered_padding,
    sentences,
    short,
)

suite = Suite(sees="the largest values")


def _negative_first(tokens: Tensor) -> Tensor:
    """Make the first dimension negative, so that its largest value is."""
    tokens = tenths(tokens)
    return torch.stack([-tokens[..., 0].abs() - 0.1, tokens[..., 1]], dim=-1)


@suite.check("takes the largest value of each dimension over the real tokens")
def largest(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return sentences(code.pooling.max_pool, rng, _negative_first)


@suite.check("lets no padding win where all real values are negative")
def largest_of_negative(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return sentences(code.pooling.max_pool, rng, lambda tokens: -tenths(tokens).abs() - 1)


@suite.check("takes the largest value of sentences of one token")
def largest_of_short(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return short(code.pooling.max_pool, rng)


@suite.check("asks the mask where the padding is: it may stand before the tokens")
def largest_beside_scattered_padding(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return scattered_padding(code.pooling.max_pool, rng)


@suite.check("sends the gradient to the largest real token of each dimension only")
def largest_gradient(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return gradient(code.pooling.max_pool, rng)


@suite.check("works in half precision, whose smallest number is -65504, and returns the tokens' dtype", careful=True)
def largest_dtype(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield from dtypes(code.pooling.max_pool, rng)
    tokens, mask = ragged_batch(rng, (3, 1), hidden=2)
    lowest = (-60_000 + 1000 * tokens.clamp(-3, 3)).half()
    yield pooled("float16, numbers near -65504", code.pooling.max_pool, lowest, mask)


@suite.check("gives zeros for a row that is all padding", careful=True)
def largest_of_padding(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return all_padding(code.pooling.max_pool, rng)


@suite.check("takes tensors in any memory layout", careful=True)
def largest_layouts(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return layouts(code.pooling.max_pool, rng)


@suite.check("leaves tokens and mask as they were", careful=True)
def largest_inputs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return inputs_afterwards(code.pooling.max_pool, rng)
