"""Judges of exercise 2.1: where many answers are right."""

from math import comb
from typing import Any

import torch
from torch import Tensor

from ...protocol.suite import Observe
from ...referee.judge import Judge
from . import checks


def _judge_dropout(observed: Any, expected: Any) -> str | None:
    """Tell whether each hidden unit was dropped by itself, with the given probability, and the rest scaled up."""
    logits, units, probability = observed["logits"], observed["units"], expected["dropout"]
    if logits.shape != expected["logits"].shape or logits.dtype != torch.float32:
        return "the logits have another shape or type"
    first = logits[:, 0]
    if not (logits - first[:, None]).abs().max() < 1e-3:
        return "the classes of one sentence do not see the same hidden units"
    if (first == first[0]).all():
        # A softmax after the logits makes them all alike as well, whatever was dropped.
        return "equal embeddings always get equal logits: nothing is dropped, or something follows the last layer"
    return _judge_units(first, probability, units)


def _judge_units(sums: Tensor, probability: float, units: int) -> str | None:
    """Judge sums over hidden units of 1 each, of which some were dropped."""
    kept = sums * (1 - probability)
    if not _whole(kept, units):
        if _whole(sums, units):
            return "the hidden units that stay are not scaled up by 1 / (1 - dropout)"
        if _whole(2 * kept, 2 * units):
            return "the embeddings are dropped, not the hidden units"
        used = _scale_of(sums, units)
        if used is not None:
            return _another_probability(used, probability)
        return "the classes see something else than hidden units, dropped or scaled up by 1 / (1 - dropout)"
    for count in range(units + 1):
        share = comb(units, count) * (1 - probability) ** count * probability ** (units - count)
        if not abs((kept.round() == count).float().mean() - share) < 0.06:
            return "the hidden units are not dropped one by one with the probability that was asked for"
    return None


def _another_probability(used: float, wanted: float) -> str:
    """Say what was done instead: in words where it can be, as diagnosis compares words."""
    if abs(used - (1 - wanted)) < 1e-3:
        return "as many hidden units are kept as should be dropped"
    if abs(used - 0.5) < 1e-3:
        return "half of the hidden units are dropped, though another dropout was asked for"
    return f"a dropout of {wanted:g} was asked for, but it is {used:.2g}"


def _scale_of(sums: Tensor, units: int) -> float | None:
    """Give the probability with which hidden units of 1 were dropped and scaled up, if all sums agree with one."""
    smallest = sums[sums > 1e-3].min()
    probability = float(1 - 1 / smallest)
    fits = 0 < probability < 1 and _whole(sums * (1 - probability), units)
    return probability if fits else None


def _whole(values: Tensor, most: int) -> bool:
    """Tell whether all values are whole numbers from 0 to `most`."""
    return bool((values - values.round().clamp(0, most)).abs().max() < 1e-3)


JUDGES: dict[Observe, Judge] = {
    checks.default_dropout: _judge_dropout,
    checks.dropout: _judge_dropout,
}
