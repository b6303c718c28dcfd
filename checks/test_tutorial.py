"""The exercises as pytest items, for those who live in an IDE: `pytest checks`, `pytest checks -k 1.1`."""

from collections.abc import Iterator

import pytest
from rich.console import Console

from .course import TUTORIAL, Exercise, load_course
from .grader.grading import Grader
from .protocol.verdicts import Status
from .reports.terminal import advice, found
from .source.files import read_submission


@pytest.fixture(scope="session")
def grader() -> Iterator[Grader]:
    """Keep the grader's processes warm for all items."""
    with Grader() as grader:
        yield grader


@pytest.mark.parametrize("exercise", load_course().exercises, ids=lambda exercise: str(exercise.exercise_id))
def test_exercise(exercise: Exercise, grader: Grader) -> None:
    """The exercise passes; if not, say what `checks run` would say."""
    submission = read_submission(TUTORIAL)
    (result,) = grader.grade(submission, [exercise])
    if result.status is not Status.PASSED:
        console = Console(width=100, highlight=False, markup=False, emoji=False, no_color=True)
        with console.capture() as shown:
            console.print(found(result, submission.path, console))
            console.print(advice(result, submission.path))
        pytest.fail(shown.get(), pytrace=False)
