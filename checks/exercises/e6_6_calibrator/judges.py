"""Judges of exercise 6.6: a temperature may be found in many ways, so it is compared on a logarithmic scale."""

from math import isfinite, log
from typing import Any

from ...protocol.suite import Observe
from ...referee.judge import Judge
from . import checks

# One percent was asked for. A grid with steps of that size ends half a step away, and single precision a little more.
TOLERANCE = 0.0101


def _judge_temperature(observed: Any, expected: Any) -> str | None:
    if not isfinite(observed) or observed <= 0:
        return f"the temperature is {observed:.4g}, but must be from 0.05 to 20"
    off = log(observed / expected)
    if abs(off) <= TOLERANCE:
        return None
    if abs(log(observed)) <= TOLERANCE:
        return f"the temperature is still 1, expected {expected:.4g}"
    where = "too large" if off > 0 else "too small"
    if (observed - 1) * (expected - 1) < 0:
        where = "on the wrong side of 1"
    return f"the temperature is {where}: expected {expected:.4g}, got {observed:.4g}"


JUDGES: dict[Observe, Judge] = {
    checks.temperatures: _judge_temperature,
    checks.fitted_twice: _judge_temperature,
    checks.extremes: _judge_temperature,
}
