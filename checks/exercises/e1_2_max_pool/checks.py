"""Checks of exercise 1.2, `max_pool`."""

from typing import Any

import torch

from ...protocol.suite import Code, Suite
from ..inputs import ragged_batch
from ..pools import all_padding, dtypes, gradient, inputs_afterwards, layouts, scattered_padding, short

suite = Suite()


@suite.check("takes the largest value of each dimension over the real tokens")
def largest(code: Code, rng: torch.Generator) -> Any:
    return code.pooling.max_pool(*ragged_batch(rng))


@suite.check("lets no padding win where all real values are negative")
def largest_of_negative(code: Code, rng: torch.Generator) -> Any:
    tokens, mask = ragged_batch(rng)
    return code.pooling.max_pool(-tokens.abs() - 1, mask)


@suite.check("takes the largest value of a single sentence and of sentences of one token")
def largest_of_short(code: Code, rng: torch.Generator) -> Any:
    return short(code.pooling.max_pool, rng)


@suite.check("asks the mask where the padding is: it may stand before the tokens")
def largest_beside_scattered_padding(code: Code, rng: torch.Generator) -> Any:
    return scattered_padding(code.pooling.max_pool, rng)


@suite.check("gives zeros for a row that is all padding")
def largest_of_padding(code: Code, rng: torch.Generator) -> Any:
    return all_padding(code.pooling.max_pool, rng)


@suite.check("works in half precision, whose smallest number is -65504, and returns the tokens' dtype")
def largest_dtype(code: Code, rng: torch.Generator) -> Any:
    tokens, mask = ragged_batch(rng)
    lowest = code.pooling.max_pool((-60_000 + 1000 * tokens.clamp(-3, 3)).half(), mask)
    return {"near -65504": lowest, **dtypes(code.pooling.max_pool, rng)}


@suite.check("takes tensors in any memory layout")
def largest_layouts(code: Code, rng: torch.Generator) -> Any:
    return layouts(code.pooling.max_pool, rng)


@suite.check("sends the gradient to the largest real token of each dimension only")
def largest_gradient(code: Code, rng: torch.Generator) -> Any:
    return gradient(code.pooling.max_pool, rng)


@suite.check("leaves its inputs as they were")
def largest_inputs(code: Code, rng: torch.Generator) -> Any:
    return inputs_afterwards(code.pooling.max_pool, rng)
