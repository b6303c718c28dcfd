"""Judges of exercise 1.6: where many answers are right."""

from typing import Any

from ...protocol.suite import Observe
from ...referee.compare import difference
from ...referee.judge import Judge
from . import checks


def _within_bounds(observed: Any, expected: Any) -> str | None:
    """Judge a matrix of cosines that may not be beyond 1 even by a rounding error."""
    found = difference(expected, observed)
    if found:
        return found.problem
    if not all(-1 <= cosine <= 1 for row in observed.tolist() for cosine in row):
        return "a cosine is beyond 1 or -1 by a rounding error"
    return None


JUDGES: dict[Observe, Judge] = {
    checks.bounds: _within_bounds,
}
