"""Checks of exercise 1.1, `mean_pool`."""

from collections.abc import Iterator

import torch

from ...protocol.suite import Case, Code, Suite
from ..inputs import lengths_to_mask
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

suite = Suite(sees="the mean")


@suite.check("averages the real tokens of each sentence")
def average(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return sentences(code.pooling.mean_pool, rng)


@suite.check("averages sentences of one token")
def average_of_short(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return short(code.pooling.mean_pool, rng)


@suite.check("asks the mask where the padding is: it may stand before the tokens")
def average_beside_scattered_padding(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return scattered_padding(code.pooling.mean_pool, rng)


@suite.check("sends every real token an equal share of the gradient, and the padding none")
def average_gradient(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return gradient(code.pooling.mean_pool, rng)


@suite.check("returns the tokens' dtype", careful=True)
def average_dtype(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return dtypes(code.pooling.mean_pool, rng)


@suite.check("gives zeros for a row that is all padding", careful=True)
def average_of_padding(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return all_padding(code.pooling.mean_pool, rng)


@suite.check("sums half precision in float32: a long sentence neither overflows nor rounds away", careful=True)
def average_of_much(code: Code, rng: torch.Generator) -> Iterator[Case]:
    large = 20_000 + 10_000 * torch.rand(2, 8, 6, generator=rng)
    many = 1 + torch.rand(2, 700, 6, generator=rng)
    pool = code.pooling.mean_pool
    yield pooled("large numbers, float16", pool, large.half(), lengths_to_mask((8, 5)))
    yield pooled("many tokens, bfloat16", pool, many.bfloat16(), lengths_to_mask((700, 600)))


@suite.check("takes tensors in any memory layout", careful=True)
def average_layouts(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return layouts(code.pooling.mean_pool, rng)


@suite.check("leaves tokens and mask as they were", careful=True)
def average_inputs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return inputs_afterwards(code.pooling.mean_pool, rng)
