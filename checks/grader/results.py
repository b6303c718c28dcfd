"""The result of one exercise, as plain data."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..course import Exercise
from ..protocol.verdicts import CheckResult, CodeLine, Diagnosis, Status

DIAGNOSIS = 10.0  # seconds to look for a misconception


@dataclass(frozen=True)
class ExerciseResult:
    """One exercise.

    Attributes:
        exercise_id: Such as `1.1`.
        title: What the learner was asked to do.
        target: What was graded: file and name.
        status: How it ended.
        points: Earned.
        possible: Points to be earned.
        checks: In order.
        problem: What is wrong with the exercise as a whole, if it is not one check.
        lines: The learner's lines that this problem is about.
        diagnosis: The misconception that it looks like, if one is known.
        gave_up: The time for a diagnosis was up before all misconceptions were compared.
        output: What the learner's code printed.
        seconds: Wall-clock time.
        imports_solutions: The code imported the reference.
        notes: What a learner may have overlooked in their own text.
    """

    exercise_id: str
    title: str
    target: str
    status: Status
    points: float
    possible: int
    checks: tuple[CheckResult, ...] = ()
    problem: str = ""
    lines: tuple[CodeLine, ...] = ()
    diagnosis: Diagnosis | None = None
    gave_up: bool = False
    output: str = ""
    seconds: float = 0.0
    imports_solutions: bool = False
    notes: tuple[str, ...] = ()


def total(results: Iterable[ExerciseResult]) -> float:
    """Add up the points earned, in tenths."""
    return round(sum(result.points for result in results), 1)


Tell = Callable[[ExerciseResult], None]


def result_of(exercise: Exercise, status: Status = Status.NOT_STARTED, problem: str = "") -> ExerciseResult:
    """Make the result of an exercise of which nothing was run."""
    facts = (exercise.exercise_id, exercise.title, exercise.target)
    return ExerciseResult(*facts, status, points=0, possible=exercise.points, problem=problem)
