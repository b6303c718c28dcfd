"""One run over a class: what is there already stays, what has changed is graded, each result is kept as it comes."""

import secrets
from collections.abc import Iterator, Sequence

from ..grader.record import Result
from .classroom import Classroom
from .isolation import choose_tier
from .run.folder import ReportFolder
from .run.many import grade_many, on_cluster
from .run.settings import Settings
from .wish import Order


def settings_of(order: Order, folder: ReportFolder) -> Settings:
    """Fix how everybody is graded.

    Raises:
        ValueError: The tier is not to be had here.
    """
    tier = choose_tier(order.tier)
    exercises = tuple(exercise.exercise_id for exercise in order.exercises)
    expected = "" if order.scheduler else str(folder.expected)
    return Settings(folder.seed, exercises, tier.value, order.seconds, expected)


def grade_class(
    classroom: Classroom, students: Sequence[str], order: Order, folder: ReportFolder, settings: Settings
) -> Iterator[tuple[Result, bool]]:
    """Grade the students whose result is not there yet.

    Yields:
        Each student's result as it comes, and whether it was there already.
    """
    waiting = []
    for student in students:
        known = None if order.fresh else folder.find(classroom.read(student), settings)
        if known:
            yield known, True
        else:
            waiting.append(student)
    with on_cluster(order.scheduler):
        for handed_in, result in grade_many(waiting, classroom.read, settings, order.jobs):
            folder.keep(handed_in, settings, result)
            yield result, False


def secret_of(folder: ReportFolder) -> bytes:
    """Give the secret with which a class's anonymous names are made."""
    return folder.secret("names", lambda: secrets.token_hex(16)).encode()
