"""Grading a class: what one more submission takes, once the graders are warm, in each tier that is to be had here."""

import shutil
import tempfile
import time
from pathlib import Path

from checks.cohort.classroom import Classroom
from checks.cohort.grading import grade_class, settings_of
from checks.cohort.isolation import available
from checks.cohort.run.folder import ReportFolder
from checks.cohort.wish import Order, Tier
from checks.course import SOLUTIONS, TUTORIAL

from .comparison import Row, at_most

JOBS, WARMING, MORE = 2, 4, 6  # submissions at a time, how many go before, and how many are timed
KINDS = {"right": SOLUTIONS, "blank": TUTORIAL}
LIMITS = {  # seconds
    ("right", Tier.PROCESS): 2.0,
    ("right", Tier.BUBBLEWRAP): 3.0,
    ("blank", Tier.PROCESS): 0.2,
    ("blank", Tier.BUBBLEWRAP): 0.2,
}


def rows() -> list[Row]:
    """Grade copies of the solutions, and of the tutorial as it is handed out, all exercises of each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind, package in KINDS.items():
            for number in range(WARMING + MORE):
                ignored = shutil.ignore_patterns("app", "__pycache__")
                shutil.copytree(package, folder / kind / f"student{number}", ignore=ignored)
        return [
            at_most(f"a {kind} submission, {tier}", _seconds(folder, kind, tier), f"{JOBS} at a time", limit, "s")
            for (kind, tier), limit in LIMITS.items()
            if tier in available()
        ]


def _seconds(folder: Path, kind: str, tier: Tier) -> float:
    """Give the seconds from one submission to the next, after the first ones have warmed the graders up."""
    classroom, report = Classroom(folder / kind), ReportFolder(folder / f"{kind}-{tier}")
    order = Order(jobs=JOBS, tier=tier)
    settings = settings_of(order, report)
    done = [time.perf_counter() for _ in grade_class(classroom, list(classroom.students), order, report, settings)]
    return (done[-1] - done[WARMING - 1]) / MORE
