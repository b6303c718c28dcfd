"""Judges of exercise 1.6: where many answers are right."""

from typing import Any

from ...protocol.suite import Observe
from ...referee.compare import difference
from ...referee.judge import Judge
from . import checks


def _within_bounds(observed: Any, expected: Any) -> str | None:
    """Judge a matrix of cosines that may not be beyond 1 even by a rounding error."""
    found = difference(expected, observed, name="the cosines")
    if found:
        return found.sentence
    worst = max((cosine for row in observed.tolist() for cosine in row), key=abs)
    return f"a cosine is {worst:.9g}, beyond 1 or -1 by a rounding error" if abs(worst) > 1 else None


JUDGES: dict[Observe, Judge] = {
    checks.bounds: _within_bounds,
}
