"""Watching: grade what was changed as soon as it is saved."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from watchfiles import watch

from .grading import Grader, read_submission, record
from .results import Result
from .workspace import changed_exercises

QUIET = 20  # milliseconds without another change: an editor may write a file in several steps


class Verdict(NamedTuple):
    """What a save led to, and how many seconds after the change was seen."""

    result: Result
    seconds: float


def verdicts(package: Path, grader: Grader, graded: dict[str, str]) -> Iterator[Verdict]:
    """Wait for changes of a package, for ever, and grade the exercises that they concern.

    Args:
        package: The learner's package.
        grader: Stays warm between the changes.
        graded: Its sources when they were last graded.
    """
    for _ in watch(package, watch_filter=_is_python, step=QUIET, rust_timeout=1000, yield_on_timeout=True):
        started = time.monotonic()
        try:
            submission = read_submission(package)
        except (OSError, ValueError):  # an editor is just replacing a file
            continue
        exercises = changed_exercises(graded, submission.sources)
        graded = submission.sources
        if exercises:
            yield Verdict(record(submission, grader.grade(submission, exercises)), time.monotonic() - started)


def _is_python(change: object, path: str) -> bool:
    return path.endswith(".py")
