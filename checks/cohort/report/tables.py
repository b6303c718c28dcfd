"""The numbers of a report as CSV: for whoever wants to count on."""

import csv
import io
from collections.abc import Iterable, Sequence

from ...grader.record import Result
from ..formats.texts import cell
from .statistics import (
    CheckCounts,
    ExerciseCounts,
    Finding,
    Group,
    in_order,
    last_tried,
    student_of,
)

Row = Sequence[object]


def exercises_table(counts: Iterable[ExerciseCounts]) -> bytes:
    """Write how each exercise ended, and where people stop."""
    head = ("exercise", "title", *Group, "points on average", "points possible", "stopped here")
    rows = ((one.exercise_id, one.title, *one.groups.values(), *_ends(one)) for one in counts)
    return written(head, rows)


def _ends(one: ExerciseCounts) -> Row:
    return f"{one.points:.2f}", one.possible, one.stopped


def checks_table(counts: Iterable[CheckCounts]) -> bytes:
    """Write who passes each check."""
    rows = ((one.exercise_id, one.claim, one.passed, one.failed, one.not_run) for one in counts)
    return written(("exercise", "check", "passed", "failed", "not run"), rows)


def findings_table(named: Iterable[Finding], unnamed: Iterable[Finding]) -> bytes:
    """Write what was misunderstood, and what is wrong without a name."""
    head = ("exercise", "what", "has a name", "students", "certain", "tried")
    rows = [(one.exercise_id, one.name, "yes", one.students, one.certain, one.tried) for one in named]
    rows += [(one.exercise_id, one.name, "no", one.students, one.certain, one.tried) for one in unnamed]
    return written(head, rows)


def points_table(results: Sequence[Result]) -> bytes:
    """Write every student's points, exercise by exercise."""
    ids = [exercise.exercise_id for exercise in in_order(results)]
    rows = []
    for result in results:
        points = {exercise.exercise_id: f"{exercise.points:g}" for exercise in result.exercises}
        mine = (points.get(exercise_id, "") for exercise_id in ids)
        rows.append((student_of(result), f"{result.points:g}", result.possible, last_tried(result), *mine))
    return written(("student", "points", "possible", "last tried", *ids), rows)


def written(head: Row, rows: Iterable[Row]) -> bytes:
    """Write a table in UTF-8, with the mark by which a spreadsheet knows that."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows(
        [list(head), *([cell(value) if isinstance(value, str) else value for value in row] for row in rows)]
    )
    return file.getvalue().encode("utf-8-sig")
