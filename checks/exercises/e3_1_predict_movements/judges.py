"""Judges of exercise 3.1: what is said is held to what the reference's steps have shown."""

from typing import Any

from ...protocol.suite import Observe
from ...referee.judge import Judge
from . import checks


def _as_it_happens(observed: Any, expected: Any) -> str | None:
    """Judge one cell, and do not give away what belongs there."""
    if observed["the number of this question"] != expected["the number of this question"]:
        return "that is the answer to another question"
    said, really = ({*words.split(" and ")} - {"nothing"} for words in (observed["said"], expected["really"]))
    if said == really:
        return None
    wrong = [cause for cause in checks.CAUSES if cause in said - really]
    if wrong:
        return f"{' and '.join(wrong)} {'do' if len(wrong) > 1 else 'does'} not move it"
    return "something more moves it" if said else "something moves it"


JUDGES: dict[Observe, Judge] = {check.observe: _as_it_happens for check in checks.suite.checks}
