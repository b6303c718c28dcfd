"""Timing several ways of doing the same thing in turns, so that a busy machine slows all of them down."""

import time
from collections.abc import Callable, Mapping
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


def fastest(ways: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Run each of the ways in turn, several times over, and give the shortest time of each in seconds."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            times[name].append(time.perf_counter() - start)
    return {name: min(seconds) for name, seconds in times.items()}


def at_least(what: str, seconds: float, against: str, other_seconds: float, target: float) -> Row:
    """Report how many times faster one way was than another."""
    ratio = other_seconds / seconds
    return Row(what, f"{seconds:.2f} s", f"{against}: {other_seconds:.2f} s", ratio, f"≥ {target:g} ×", ratio >= target)


def at_most(what: str, value: float, against: str, limit: float, unit: str) -> Row:
    """Report how much of a limit was used."""
    return Row(what, f"{value:.3g} {unit}", against, value / limit, f"≤ {limit:g} {unit}", value <= limit)
