"""Inputs for the checks: small, seeded, and awkward where learners' code tends to break."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


def lengths_to_mask(lengths: tuple[int, ...]) -> Tensor:
    """Make an attention mask, `(batch, seq)`, from the number of real tokens in each sentence."""
    return (torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)).long()


def ragged_batch(
    rng: torch.Generator, lengths: tuple[int, ...] = (5, 2, 7, 1), hidden: int = 6
) -> tuple[Tensor, Tensor]:
    """Make token embeddings, `(batch, seq, hidden)`, of sentences of different lengths, and their mask.

    The padding holds numbers as well, as it does after a transformer.
    """
    mask = lengths_to_mask(lengths)
    return torch.randn(*mask.shape, hidden, generator=rng), mask


def outcome(call: Callable[[], Any]) -> Any:
    """Call something that may be refused: its result, or the name of the exception type that it raises."""
    try:
        return call()
    except Exception as error:
        return f"raises {type(error).__name__}"
