"""Timing several ways of doing the same thing in turns, so that a busy machine slows all of them down."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the report: what was measured, against what, and what was hoped for."""

    what: str
    value: str
    against: str
    ratio: float
    target: str
    met: bool


def in_turns(ways: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, list[float]]:
    """Run each of the ways in turn, several times over, and give all times of each in seconds."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            times[name].append(time.perf_counter() - start)
    return times


def fastest(ways: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Run each of the ways in turn, several times over, and give the shortest time of each in seconds."""
    return {name: min(seconds) for name, seconds in in_turns(ways, repeats).items()}


def paired(what: str, seconds: Sequence[float], against: str, others: Sequence[float], target: float) -> Row:
    """Report how many times longer one way took than another: the median of the pairs that ran in turn."""
    ratio = statistics.median(mine / other for mine, other in zip(seconds, others, strict=True))
    value, other = statistics.median(seconds), statistics.median(others)
    return Row(what, f"{value:.3g} s", f"{against}: {other:.3g} s", ratio, f"≤ {target:g} ×", ratio <= target)


def at_least(what: str, seconds: float, against: str, other_seconds: float, target: float) -> Row:
    """Report how many times faster one way was than another."""
    ratio = other_seconds / seconds
    return Row(what, f"{seconds:.2f} s", f"{against}: {other_seconds:.2f} s", ratio, f"≥ {target:g} ×", ratio >= target)


def share_of(what: str, value: str, against: str, share: float, target: float) -> Row:
    """Report which share of what is possible was reached."""
    return Row(what, value, against, share, f"≥ {target:g} ×", share >= target)


def at_most(what: str, value: float, against: str, limit: float, unit: str) -> Row:
    """Report how much of a limit was used."""
    return Row(what, f"{value:.3g} {unit}", against, value / limit, f"≤ {limit:g} {unit}", value <= limit)
