"""Judges of exercise 2.1: where many answers are right."""

from math import comb
from typing import Any

import torch
from torch import Tensor

from ...protocol.suite import Observe
from ...referee.judge import Judge
from . import checks


def _judge_dropout(observed: Any, expected: Any) -> str | None:
    """Tell whether each of the 4 units was dropped by itself, with the given probability, and the rest scaled up."""
    logits, probability, units = observed["logits"], expected["dropout"], 4
    if logits.shape != expected["logits"].shape or logits.dtype != torch.float32:
        return "the logits have another shape or type"
    first = logits[:, 0]
    if not (logits - first[:, None]).abs().max() < 1e-3:
        return "the classes of one sentence do not see the same hidden units"
    if (first == first[0]).all():
        # A softmax after the logits makes them all alike as well, whatever was dropped.
        return "equal embeddings always get equal logits: nothing is dropped, or something follows the last layer"
    kept = first * (1 - probability)
    if not _whole(kept, units):
        if _whole(first, units):
            return "the hidden units that stay are not scaled up by 1 / (1 - dropout)"
        if _whole(2 * kept, 2 * units):
            return "the embeddings are dropped, not the hidden units"
        return "the classes see something else than hidden units, dropped or scaled up by 1 / (1 - dropout)"
    for count in range(units + 1):
        share = comb(units, count) * (1 - probability) ** count * probability ** (units - count)
        if not abs((kept.round() == count).float().mean() - share) < 0.06:
            return "the hidden units are not dropped one by one with the probability that was asked for"
    return None


def _whole(values: Tensor, most: int) -> bool:
    """Tell whether all values are whole numbers from 0 to `most`."""
    return bool((values - values.round().clamp(0, most)).abs().max() < 1e-3)


JUDGES: dict[Observe, Judge] = {
    checks.default_dropout: _judge_dropout,
    checks.dropout: _judge_dropout,
}
