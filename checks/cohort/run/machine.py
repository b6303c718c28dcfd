"""One process that grades submissions, one after the other: its grader stays warm between them.

It stands in a module of its own, to be imported: what a function of `__main__` keeps is lost on the way to a process.
"""

import atexit
import contextlib
import math
import multiprocessing
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import psutil

from ...course import load_course
from ...grader.grading import Grader
from ...grader.limits import Limits
from ...grader.record import Result, record_of
from ...grader.results import ExerciseResult, result_of
from ...protocol.verdicts import Status
from ...source.files import Submission
from ..intake import HandedIn
from ..isolation import open_tier
from ..wish import Tier
from .settings import Settings


def grade(handed_in: HandedIn, settings: Settings) -> Result:
    """Grade a submission.

    Args:
        handed_in: What to grade; if there is nothing, all its exercises are errors that say why.
        settings: Of the run.
    """
    exercises = [load_course().exercise(exercise_id) for exercise_id in settings.exercises]
    submission = handed_in.submission
    if submission is None:
        nothing = Submission(handed_in.intake.source, {})
        results = [result_of(exercise, Status.ERROR, handed_in.intake.problem) for exercise in exercises]
        return _record(handed_in, nothing, results, settings)
    grader = _grader(replace(settings, exercises=(), sparing=False))  # one, whatever it is asked for
    way = grader.grade_sparingly if settings.sparing else grader.grade
    return _record(handed_in, submission, list(way(submission, exercises)), settings)


def grade_again(handed_in: HandedIn, settings: Settings, before: Result) -> Result:
    """Grade once more what was not decided by the answer alone: what timed out, or could not be judged."""
    doubtful = tuple(result.exercise_id for result in before.exercises if result.status in DOUBTFUL)
    again = {one.exercise_id: one for one in grade(handed_in, replace(settings, exercises=doubtful)).exercises}
    return replace(before, exercises=tuple(again.get(one.exercise_id, one) for one in before.exercises))


DOUBTFUL = (Status.TIMED_OUT, Status.NOT_JUDGED)  # a busy machine may have been the reason


def is_doubtful(result: Result) -> bool:
    """Tell whether a result is to be looked at once more."""
    return any(exercise.status in DOUBTFUL for exercise in result.exercises)


def _record(
    handed_in: HandedIn, submission: Submission, results: Sequence[ExerciseResult], settings: Settings
) -> Result:
    record, intake = record_of(submission, results), handed_in.intake
    # An anonymous class's intake names no file that the course does not know: it may be called after somebody.
    files = {name: record.files[name] for name in intake.found if name in record.files}
    return replace(record, files=files, isolation=settings.isolation, intake=intake)


def end_with(parent: int) -> None:
    """End this process and its graders soon after its parent has: a run that is killed tells nobody.

    Args:
        parent: Id of that process.
    """
    while os.getppid() == parent and psutil.pid_exists(parent):
        time.sleep(1)
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            child.kill()
    os._exit(1)


@cache
def _grader(settings: Settings) -> Grader:
    """Keep a grader until the process ends."""
    if multiprocessing.current_process().name != "MainProcess":
        threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    folder = Path(settings.expected or tempfile.mkdtemp(prefix="two-heads-"))
    if not settings.expected:
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    limits, tier = Limits(seconds=settings.seconds), Tier(settings.isolation)
    # A diagnosis takes the time that it needs: what a report says must not depend on how busy the machine was.
    grader = Grader(limits, settings.seed, lambda: open_tier(tier, limits)[1], math.inf, folder)
    atexit.register(grader.close)
    return grader
