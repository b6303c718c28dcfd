"""Grading mutants: which small mistakes do the checks not notice?"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..course import SOLUTIONS, Exercise
from ..grader.grading import Grader
from ..protocol.verdicts import Status
from ..source.files import Submission, read_sources
from .mutants import mutants
from .sharing import share


class Mutation(NamedTuple):
    """What became of an exercise's mutants: how many there are, and the changes that no check notices."""

    exercise_id: str
    total: int
    survivors: list[str]


def mutate(exercises: Iterable[Exercise]) -> Iterator[Mutation]:
    """Grade every mutant of the reference."""
    yield from share(exercises, _mutate_one)


def _mutate_one(grader: Grader, exercise: Exercise) -> Mutation:
    grader.diagnosis = 0  # nobody asks what a mutant has misunderstood
    sources = read_sources(SOLUTIONS)
    changed, survivors = list(mutants(sources[exercise.file], exercise)), []
    for mutant in changed:
        submission = Submission(mutant.change, {**sources, exercise.file: mutant.text})
        (result,) = grader.grade(submission, [exercise])
        if result.status is Status.PASSED:
            survivors.append(mutant.change)
    return Mutation(exercise.exercise_id, len(changed), survivors)
