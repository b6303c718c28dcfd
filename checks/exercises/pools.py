"""What the checks of several exercises of `pooling.py` share."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ..protocol.suite import Case, case
from .inputs import afterwards, ragged_batch, send_back, tenths

Pool = Callable[[Tensor, Tensor], Any]

DTYPES = {
    "float32": torch.float32,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "float64": torch.float64,
}


def pooled(label: str, pool: Pool, tokens: Tensor, mask: Tensor) -> Case:
    """Make the case of one batch."""
    return case(label, partial(pool, tokens, mask), tokens=tokens, mask=mask)


def sentences(pool: Pool, rng: torch.Generator, change: Callable[[Tensor], Tensor] = tenths) -> Iterator[Case]:
    """Pool batches of growing size: without padding, then with it."""
    cases = {
        "one sentence, no padding": (3,),
        "two sentences, no padding": (2, 2),
        "two sentences, padded": (3, 2),
        "two sentences, padded, beyond the longest": (3, 2, 4),  # the third one only makes room
        "four sentences, padded": (4, 2, 3, 2),
        "forty sentences, padded": (4, 2, 3, 2) * 10,
    }
    for label, lengths in cases.items():
        tokens, mask = ragged_batch(rng, lengths, hidden=2)
        rows = 2 if "two" in label else len(lengths)
        yield pooled(label, pool, change(tokens[:rows]), mask[:rows])


def short(pool: Pool, rng: torch.Generator) -> Iterator[Case]:
    """Pool one token alone, several sentences of one token each, and one token beside three."""
    cases = {"one token": (1,), "three sentences of one token": (1, 1, 1), "one token beside three, padded": (3, 1)}
    for label, lengths in cases.items():
        tokens, mask = ragged_batch(rng, lengths, hidden=2)
        yield pooled(label, pool, tenths(tokens), mask)


def scattered_padding(pool: Pool, rng: torch.Generator) -> Iterator[Case]:
    """Pool sentences with padding before and between their tokens, and with tokens that look like padding."""
    masks = {
        "padding after the tokens": [[1, 1, 1], [1, 0, 0]],
        "padding before the tokens": [[1, 1, 1], [0, 0, 1]],
        "padding between the tokens": [[1, 1, 1], [1, 0, 1]],
        "a real token of zeros, no padding": [[1, 1, 1], [1, 1, 1]],
    }
    for label, rows in masks.items():
        tokens = -tenths(torch.randn(2, 3, 2, generator=rng)).abs() - 1
        if "zeros" in label:
            tokens[1, 2] = 0
        yield pooled(label, pool, tokens, torch.tensor(rows))


def all_padding(pool: Pool, rng: torch.Generator) -> Iterator[Case]:
    """Pool rows without any token, alone and beside others, in several precisions."""
    tokens, mask = ragged_batch(rng, (2, 0), hidden=2)
    tokens = tenths(tokens)
    yield pooled("a row that is all padding, alone", pool, tokens[1:], mask[1:])
    for name in ("float32", "float16", "bfloat16"):
        yield pooled(f"a row that is all padding, beside another, {name}", pool, tokens.to(DTYPES[name]), mask)


def dtypes(pool: Pool, rng: torch.Generator) -> Iterator[Case]:
    """Pool the same tokens in every precision."""
    tokens, mask = ragged_batch(rng, (3, 1), hidden=2)
    for name, dtype in DTYPES.items():
        yield pooled(name, pool, tenths(tokens).to(dtype), mask)


def layouts(pool: Pool, rng: torch.Generator) -> Iterator[Case]:
    """Pool tensors that are views of others: turned around, or every second number of them."""
    tokens, mask = ragged_batch(rng)
    turned = tokens.transpose(0, 1).contiguous().transpose(0, 1)
    yield pooled("contiguous", pool, tokens, mask)
    yield pooled("a view, transposed", pool, turned, mask.T.contiguous().T)
    yield pooled("a view, every second number", pool, tokens[:, :, ::2], mask)


def gradient(pool: Pool, rng: torch.Generator) -> Iterator[Case]:
    """Send a gradient back through the pooling."""
    cases = {"no padding": (2, 2), "one sentence padded": (3, 1), "forty sentences, padded": (3, 1) * 20}
    for label, lengths in cases.items():
        tokens, mask = ragged_batch(rng, lengths, hidden=2)
        factors = torch.randn(len(lengths), 2, generator=rng)
        yield case(label, partial(_gradient, pool, tokens, mask, factors), tokens=tokens, mask=mask)


def _gradient(pool: Pool, tokens: Tensor, mask: Tensor, factors: Tensor) -> Any:
    tokens.requires_grad_()
    # A copy goes in: who changes it is told so by another check.
    send_back(pool(tokens.clone(), mask), factors)
    return {"the gradient of the tokens": tokens.grad}


def inputs_afterwards(pool: Pool, rng: torch.Generator) -> Iterator[Case]:
    """Pool, and look at tokens and mask again."""
    for label, lengths in {"no padding": (2, 2), "one sentence padded": (3, 1)}.items():
        tokens, mask = ragged_batch(rng, lengths, hidden=2)
        yield case(label, partial(afterwards, pool, tokens=tokens, mask=mask), tokens=tokens, mask=mask)
