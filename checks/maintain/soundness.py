"""The proof that exercises are sound: right answers pass, wrong ones do not and are called by their names."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..course import ROOT, SOLUTIONS, Exercise
from ..grader.grading import Grader
from ..protocol.suite import load_checks
from ..referee.misconceptions import load_misconceptions
from ..source.files import Submission, read_sources
from ..source.given import load_given, with_changes
from .cases import alternatives, cases
from .sharing import share

FEWEST_CHECKS, FEWEST_MISCONCEPTIONS, FEWEST_HINTS, FEWEST_ALTERNATIVES = 4, 3, 2, 2


class Finding(NamedTuple):
    """Something that is wrong with the course."""

    exercise_id: str
    name: str
    problem: str


def verify(exercises: Iterable[Exercise]) -> Iterator[list[Finding]]:
    """Prove exercises sound; gives for each what is wrong with it."""
    yield from share(exercises, prove)


def prove(grader: Grader, exercise: Exercise) -> list[Finding]:
    """Prove one exercise sound."""
    return [*_incomplete(exercise), *_misfits(exercise)] or list(_wrong_verdicts(grader, exercise))


def _wrong_verdicts(grader: Grader, exercise: Exercise) -> Iterator[Finding]:
    for case in cases(exercise):
        (result,) = grader.grade(Submission(case.name, case.sources), [exercise], untouched=case.untouched)
        problem = case.problem(result)
        if problem:
            yield Finding(exercise.exercise_id, case.name, problem)


def _incomplete(exercise: Exercise) -> Iterator[Finding]:
    counts = {
        "checks": (len(load_checks(exercise)), FEWEST_CHECKS),
        "misconceptions": (len(load_misconceptions(exercise)), FEWEST_MISCONCEPTIONS),
        "hints": (len(exercise.hints), FEWEST_HINTS),
        "alternatives": (len(alternatives(exercise)), FEWEST_ALTERNATIVES),
    }
    for name, (count, fewest) in counts.items():
        if count < fewest:
            yield Finding(exercise.exercise_id, name, f"{count} instead of at least {fewest}")
    claims = [check.claim for check in load_checks(exercise)]
    if len(set(claims)) < len(claims):
        yield Finding(exercise.exercise_id, "checks", "two make the same claim")
    file, _, anchor = exercise.page.partition("#")
    page = ROOT / file
    if not page.is_file() or f"{{ #{anchor} }}" not in page.read_text(encoding="utf-8"):
        yield Finding(exercise.exercise_id, "page", f"there is no {exercise.page}")


def _misfits(exercise: Exercise) -> Iterator[Finding]:
    """Find misconceptions and mistakes of a given program that do not fit the reference, or the checks, any more."""
    text = read_sources(SOLUTIONS)[exercise.file]
    claims = {check.claim for check in load_checks(exercise)}
    for change in load_given(exercise):
        for claim in sorted(set(change.claims) - claims):
            yield Finding(exercise.exercise_id, change.name, f"there is no check {claim!r}")
        try:
            with_changes(text, exercise, [change])
        except ValueError as error:
            yield Finding(exercise.exercise_id, change.name or "given", str(error))
    for wrong in load_misconceptions(exercise):
        try:
            wrong.apply(text, exercise)
        except ValueError as error:
            yield Finding(exercise.exercise_id, wrong.name, str(error))
