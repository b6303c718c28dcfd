"""Judges of exercise 3.1: what is said is held to what the reference's steps have shown."""

from typing import Any

from ...protocol.suite import Observe
from ...referee.judge import Judge
from . import checks


def _as_it_happens(observed: Any, expected: Any) -> str | None:
    """Judge one cell."""
    said, really = observed["said"], expected["really"]
    return None if said == really else f"said to be moved by {said}; really moved by {really}"


JUDGES: dict[Observe, Judge] = {check.observe: _as_it_happens for check in checks.suite.checks}
