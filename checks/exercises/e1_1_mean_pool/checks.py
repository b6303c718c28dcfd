"""Checks of exercise 1.1, `mean_pool`."""

from typing import Any

import torch

from ...protocol.suite import Code, Suite
from ..inputs import lengths_to_mask, ragged_batch
from ..pools import all_padding, dtypes, gradient, inputs_afterwards, layouts, scattered_padding, short

suite = Suite()


@suite.check("averages the real tokens of each sentence")
def average(code: Code, rng: torch.Generator) -> Any:
    return code.pooling.mean_pool(*ragged_batch(rng))


@suite.check("averages a single sentence and sentences of one token")
def average_of_short(code: Code, rng: torch.Generator) -> Any:
    return short(code.pooling.mean_pool, rng)


@suite.check("asks the mask where the padding is: it may stand before the tokens")
def average_beside_scattered_padding(code: Code, rng: torch.Generator) -> Any:
    return scattered_padding(code.pooling.mean_pool, rng)


@suite.check("gives zeros for a row that is all padding")
def average_of_padding(code: Code, rng: torch.Generator) -> Any:
    return all_padding(code.pooling.mean_pool, rng)


@suite.check("returns the tokens' dtype")
def average_dtype(code: Code, rng: torch.Generator) -> Any:
    return dtypes(code.pooling.mean_pool, rng)


@suite.check("sums half precision in float32: a long sentence neither overflows nor rounds away")
def average_of_much(code: Code, rng: torch.Generator) -> Any:
    large = 20_000 + 10_000 * torch.rand(2, 8, 6, generator=rng)
    many = 1 + torch.rand(2, 700, 6, generator=rng)
    return {
        "large numbers, float16": code.pooling.mean_pool(large.half(), lengths_to_mask((8, 5))),
        "many tokens, bfloat16": code.pooling.mean_pool(many.bfloat16(), lengths_to_mask((700, 600))),
    }


@suite.check("takes tensors in any memory layout")
def average_layouts(code: Code, rng: torch.Generator) -> Any:
    return layouts(code.pooling.mean_pool, rng)


@suite.check("gives the tokens' gradient an equal share, and the padding none")
def average_gradient(code: Code, rng: torch.Generator) -> Any:
    return gradient(code.pooling.mean_pool, rng)


@suite.check("leaves its inputs as they were")
def average_inputs(code: Code, rng: torch.Generator) -> Any:
    return inputs_afterwards(code.pooling.mean_pool, rng)
