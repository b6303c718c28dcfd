"""Judges of exercise 1.3: where many answers are right."""

from typing import Any

from ...protocol.suite import Observe
from ...referee.compare import difference
from ...referee.judge import Judge
from . import checks


def _same_twice(observed: Any, expected: Any) -> str | None:
    """Judge two embeddings of the same features."""
    first, again = observed
    if difference(first, again) is None:
        return None
    return "the same features get another embedding the second time: something is drawn at random, such as dropout"


JUDGES: dict[Observe, Judge] = {
    checks.projected_twice: _same_twice,
}
