"""What a learner's text tells by itself. No process has to start for it."""

from ..course import Exercise, load_course
from ..protocol.verdicts import Status
from ..source.definitions import lines_of
from ..source.files import Submission
from ..source.given import mistakes
from ..source.stubs import is_stub
from .results import ExerciseResult, result_of


def notes_on(submission: Submission, exercise: Exercise) -> tuple[str, ...]:
    """Note what a learner may have overlooked: that a definition further down takes the place of an earlier one."""
    name = ".".join(exercise.path)
    lines = lines_of(submission.importable().get(exercise.file, ""), exercise.path)
    if len(lines) < 2:
        return ()
    places = ", ".join(map(str, lines[:-1]))
    return (
        f"{name} is defined {len(lines)} times in {exercise.file}.py: the one in line {lines[-1]} counts, not {places}",
    )


def read_result(submission: Submission, exercise: Exercise, untouched: bool = False) -> ExerciseResult | None:
    """Say what the text alone tells: that an exercise is not started, or not there. None if it has to be run.

    Args:
        submission: Whose answers.
        exercise: Which.
        untouched: Run a given program with mistakes even if it is as it was handed out.
    """
    if exercise.file in submission.refused:
        return _not_there(exercise, f"Python does not read {exercise.file}.py: {submission.refused[exercise.file]}")
    if exercise.file not in submission.sources:
        return _not_there(exercise, f"{exercise.file}.py is missing")
    runs = untouched and mistakes(exercise)
    if not runs and is_stub(submission.sources[exercise.file], exercise, load_course().others(exercise)):
        return result_of(exercise)
    return None


def _not_there(exercise: Exercise, problem: str) -> ExerciseResult:
    return result_of(exercise, Status.ERROR, problem)
