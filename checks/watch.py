"""Watching: grade what was changed as soon as it is saved."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from watchfiles import DefaultFilter, watch

from .course import read_sources
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
    for _ in watch(package, watch_filter=PythonFiles(), step=QUIET, rust_timeout=1000, yield_on_timeout=True):
        started = time.monotonic()
        sources = read_sources(package)
        exercises = changed_exercises(graded, sources)
        graded = sources
        if exercises:
            submission = read_submission(package)
            yield Verdict(record(submission, grader.grade(submission, exercises)), time.monotonic() - started)


class PythonFiles(DefaultFilter):
    """Python files only, without backups."""

    def __call__(self, change: object, path: str) -> bool:
        """Tell whether a change of this file counts."""
        return path.endswith(".py") and ".backup" not in path
