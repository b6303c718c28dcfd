"""Repairs: of how many wrong answers does the search find the small change that mends them, and how soon?"""

import statistics
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from checks.course import SOLUTIONS, Exercise, load_course
from checks.grader.grading import Grader
from checks.grader.processes import open_sandbox
from checks.grader.repair import Repair
from checks.grader.repairing import SECONDS, find_repair
from checks.maintain.cases import splice
from checks.protocol.verdicts import Status
from checks.referee.misconceptions import load_misconceptions
from checks.source.files import Submission, read_sources

from .comparison import Row

ONE, BOTH = 0.35, 0.50  # shares to be repaired by one change, and by one or two


def rows(folder: Path | None, every: int = 1) -> list[Row]:
    """Search repairs of wrong answers, and report how many were found.

    Args:
        folder: Answers such as `wrong/1.1/name.py`; the course's own known mistakes, if None.
        every: Only every so many of them.
    """
    found: list[Repair] = []
    with Grader(diagnosis=0) as grader, closing(open_sandbox()) as second:
        for exercise, name, text in list(_mistakes() if folder is None else _answers(folder))[::every]:
            submission = Submission(name, {**read_sources(SOLUTIONS), exercise.file: text})
            (result,) = grader.grade(submission, [exercise])
            if result.status not in (Status.PASSED, Status.NOT_JUDGED):
                found.append(find_repair(grader, second, submission, result, SECONDS))
                places = ", ".join(f"line {change.line}: {change.kind}" for change in found[-1].changes)
                seconds = f"{found[-1].tried.seconds:.1f} s"
                print(f"{exercise.exercise_id} {name}: {places or 'nothing'}, {seconds}", flush=True)
    return [
        _row("wrong answers mended by one change", [len(repair.changes) == 1 for repair in found], found, ONE),
        _row("… by one change or two", [bool(repair.changes) for repair in found], found, BOTH),
    ]


def _row(what: str, mended: list[bool], repairs: list[Repair], target: float) -> Row:
    share = sum(mended) / max(len(mended), 1)
    seconds = [repair.tried.seconds for repair, is_mended in zip(repairs, mended, strict=True) if is_mended]
    value = f"{sum(mended)} of {len(mended)}"
    median = f"median {statistics.median(seconds):.1f} s, at most {SECONDS:.0f} s" if seconds else "none"
    return Row(what, value, median, share, f"≥ {target:g}", share >= target)


def _mistakes() -> Iterator[tuple[Exercise, str, str]]:
    sources = read_sources(SOLUTIONS)
    for exercise in load_course().exercises:
        for misconception in load_misconceptions(exercise):
            yield exercise, misconception.name, misconception.apply(sources[exercise.file], exercise)


def _answers(folder: Path) -> Iterator[tuple[Exercise, str, str]]:
    sources = read_sources(SOLUTIONS)
    for exercise in load_course().exercises:
        for path in sorted((folder / "wrong" / exercise.exercise_id).glob("*.py")):
            try:
                yield exercise, path.name, splice(sources[exercise.file], exercise, path.read_text(encoding="utf-8"))
            except (SyntaxError, ValueError):
                continue  # it does not stand in that file
