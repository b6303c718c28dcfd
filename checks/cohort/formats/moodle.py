"""Moodle's grade import: students by `ID number` or `Email address`, a total with its feedback, and each task.

When importing, map `Two Heads` and `Two Heads (feedback)` to the same item: a feedback that comes alone would erase the
grade. An empty cell is no grade.
"""

from collections.abc import Sequence

from ...grader.record import Result
from .feedback import shortly
from .rows import NOTHING_IN, Adjustments, Roster, Row, possible, rows_of, table, tasks

HEAD = ["ID number", "Email address", "Name", "Two Heads", "Two Heads (feedback)"]


def write(results: Sequence[Result], roster: Roster, adjusted: Adjustments | None = None) -> str:
    """Write the table that Moodle imports; who has handed in nothing has no grade."""
    sorted_in = tasks(possible(results))
    lines = []
    for row in rows_of(results, roster, adjusted):
        who = row.who
        points = [row.task(ids) for ids in sorted_in.values()]
        lines.append([who.student, who.email, who.name, row.total, _feedback(row), *points])
    return table([*HEAD, *sorted_in], lines)


def _feedback(row: Row) -> str:
    if row.result is None:
        return NOTHING_IN
    to_mend = [shortly(one) for one in row.result.exercises if shortly(one)]
    return " · ".join(filter(None, [row.problem, row.explanation, *([] if row.problem else to_mend)]))
