"""Judges of exercise 6.5: the draws are everybody's own, so that bounds are right within what chance allows.

A bound is judged by its rank, not by its value: which share of the resampled means lies below it? Of a correct answer
with n resamples that share is off by sqrt(p (1 - p) / n), p being what should lie below it. `DEVIATIONS` of these are
allowed, which chance exceeds about once in a million times. The distribution itself is the judge's own, of so many
resamples that its error does not matter.
"""

from functools import cache
from math import sqrt
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ...protocol.suite import Observe
from ...referee.judge import Judge
from ..judges import OTHERWISE, whatever_the_hashes
from . import checks

DEVIATIONS = 5.5
RESAMPLES = 2000  # of the answers that are judged
OWN_RESAMPLES = 100_000
EQUAL = 1e-5  # two numbers that were computed in single precision


class _Shares(NamedTuple):
    """Shares of the resampled means that lie below a number, with those equal to it left out and counted in."""

    without: float
    with_equal: float

    def misfit(self, wanted: float) -> int:
        """Tell whether the number is too small (-1), too large (1) or right (0)."""
        allowed = DEVIATIONS * sqrt(wanted * (1 - wanted) / RESAMPLES)
        return int(self.without > wanted + allowed) - int(self.with_equal < wanted - allowed)


WORDS = {
    (1, -1): "is too narrow",
    (-1, 1): "is too wide",
    (1, 1): "lies too high",
    (-1, -1): "lies too low",
    (1, 0): "begins too high",
    (-1, 0): "begins too low",
    (0, 1): "ends too high",
    (0, -1): "ends too low",
}


def _judge_bounds(observed: Any, expected: Any) -> str | None:
    mean, low, high = observed["interval"]
    wanted = expected["interval"][0]
    if not abs(mean - wanted) <= EQUAL * max(1, abs(wanted)):
        return f"the mean: expected {wanted:.4g}, got {mean:.4g}"
    if not low <= high + EQUAL:
        return f"the low bound, {low:.4g}, is above the high one, {high:.4g}"
    means = _resampled_means(tuple(expected["reviews"]), tuple(expected["values"].tolist()))
    if means[0] == means[-1]:
        return _judge_point(low, high, wanted)
    below, upto = _shares(means, low), _shares(means, high)
    outside = (1 - expected["level"]) / 2
    word = WORDS.get((below.misfit(outside), upto.misfit(1 - outside)))
    if word is None:
        return None
    shares = f"{below.without:.0%} of the resampled means are below it and {1 - upto.with_equal:.0%} above it"
    return f"the interval from {low:.3g} to {high:.3g} {word}: {shares}, instead of about {outside:.0%} each"


def _judge_point(low: float, high: float, mean: float) -> str | None:
    if max(abs(low - mean), abs(high - mean)) <= EQUAL:
        return None
    if abs(low - high) <= EQUAL:
        return f"whichever reviews are drawn, their mean is {mean:.4g}, but both bounds are {low:.4g}"
    return f"whichever reviews are drawn, their mean is {mean:.4g}, but the interval goes from {low:.4g} to {high:.4g}"


@cache
def _resampled_means(reviews: tuple[str, ...], values: tuple[float, ...]) -> Tensor:
    """Give the sorted means of many resamples; equal ones are exactly equal."""
    numbers = {review: number for number, review in enumerate(dict.fromkeys(reviews))}
    members = torch.zeros(len(numbers), len(reviews), dtype=torch.double)
    members[[numbers[review] for review in reviews], range(len(reviews))] = 1
    sums, sizes = members @ torch.tensor(values, dtype=torch.double), members.sum(dim=1)
    generator = torch.Generator().manual_seed(1)
    drawn = torch.randint(len(numbers), (OWN_RESAMPLES, len(numbers)), generator=generator)
    return (sums[drawn].sum(dim=1) / sizes[drawn].sum(dim=1)).round(decimals=9).sort().values


def _shares(means: Tensor, number: float) -> _Shares:
    edges = torch.tensor([number - EQUAL, number + EQUAL], dtype=torch.double)
    without, with_equal = (torch.searchsorted(means, edges) / len(means)).tolist()
    return _Shares(without, with_equal)


def _judge_same(observed: Any, expected: Any) -> str | None:
    first, then = observed["first"], observed["then"]
    return (
        None if _close(first, then) else f"the same draws would give {_shown(first)} both times; then: {_shown(then)}"
    )


def _judge_seeds(observed: Any, expected: Any) -> str | None:
    first, second = observed
    if expected[0] == expected[1]:
        return None if first == second else OTHERWISE
    return "another seed gives the same" if first == second else None


def _judge_defaults(observed: Any, expected: Any) -> str | None:
    given, written = observed
    return None if _close(given, written) else "the default values are others"


def _judge_one(observed: Any, expected: Any) -> str | None:
    low, high = observed
    return (
        None if abs(high - low) <= EQUAL else f"one resample has one mean, but the bounds are {low:.4g} and {high:.4g}"
    )


def _close(one: list[float], other: list[float]) -> bool:
    return all(abs(x - y) <= EQUAL * max(1, abs(x)) for x, y in zip(one, other, strict=True))


def _shown(numbers: list[float]) -> str:
    return ", ".join(f"{number:.4g}" for number in numbers)


JUDGES: dict[Observe, Judge] = {
    checks.bounds: _judge_bounds,
    checks.whole_reviews: _judge_bounds,
    checks.sentences_count: _judge_bounds,
    checks.levels: _judge_bounds,
    checks.paired: _judge_bounds,
    checks.same_draws: _judge_same,
    checks.seeds: _judge_seeds,
    checks.defaults: _judge_defaults,
    checks.resamples: _judge_one,
    checks.hashes: whatever_the_hashes,
}
