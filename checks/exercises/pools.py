"""What the checks of several exercises of `pooling.py` share."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from .inputs import ragged_batch

Pool = Callable[[Tensor, Tensor], Any]


def scattered_padding(pool: Pool, rng: torch.Generator) -> Any:
    """Pool sentences with padding before and between their tokens."""
    mask = torch.tensor([[0, 0, 1, 1, 1], [1, 0, 1, 0, 1], [0, 0, 0, 0, 1]])
    return pool(torch.randn(3, 5, 6, generator=rng), mask)


def short(pool: Pool, rng: torch.Generator) -> Any:
    """Pool one sentence alone, one token alone, and sentences of one token each."""
    return {
        "one sentence": pool(*ragged_batch(rng, (4,))),
        "one token": pool(*ragged_batch(rng, (1,))),
        "sentences of one token": pool(*ragged_batch(rng, (1, 1, 1))),
        "one token beside three": pool(*ragged_batch(rng, (1, 3))),
    }


def all_padding(pool: Pool, rng: torch.Generator) -> Any:
    """Pool rows without any token, beside others and alone, in every precision."""
    tokens, mask = ragged_batch(rng, (3, 0, 5))
    dtypes = (torch.float32, torch.float16, torch.bfloat16)
    beside_others = {f"beside others, {dtype}": pool(tokens.to(dtype), mask) for dtype in dtypes}
    return {"alone": pool(tokens[1:2], mask[1:2]), **beside_others}


def dtypes(pool: Pool, rng: torch.Generator) -> Any:
    """Pool the same tokens in every precision."""
    tokens, mask = ragged_batch(rng)
    dtypes = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
    return {str(dtype): pool(tokens.to(dtype), mask) for dtype in dtypes}


def layouts(pool: Pool, rng: torch.Generator) -> Any:
    """Pool tensors that are views of others: turned around, or every second number of them."""
    tokens, mask = ragged_batch(rng)
    turned = pool(tokens.transpose(0, 1).contiguous().transpose(0, 1), mask.T.contiguous().T)
    return {"turned around": turned, "every second number": pool(tokens[:, :, ::2], mask)}


def gradient(pool: Pool, rng: torch.Generator) -> Any:
    """Send a gradient back through the pooling."""
    tokens, mask = ragged_batch(rng)
    tokens.requires_grad_()
    (pool(tokens, mask) * torch.randn(4, 6, generator=rng)).sum().backward()
    return tokens.grad


def inputs_afterwards(pool: Pool, rng: torch.Generator) -> Any:
    """Give tokens and mask as they are after the pooling."""
    tokens, mask = ragged_batch(rng)
    pool(tokens, mask)
    return {"tokens": tokens, "mask": mask}
