"""nbgrader's table of grades, as its exporter writes it: one line for each student, the course as one assignment."""

from collections.abc import Sequence

from ...grader.record import Result
from .rows import Adjustments, Roster, Row, Value, possible, rows_of, table

HEAD = ["assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"]
HEAD += ["raw_score", "late_submission_penalty", "score", "max_score"]
ASSIGNMENT = "two-heads"


def write(results: Sequence[Result], roster: Roster, adjusted: Adjustments | None = None) -> str:
    """Write the table; who has handed in nothing has 0, as in nbgrader, and who is not decided has nothing."""
    worth = sum(possible(results).values())
    return table(HEAD, [_line(row, worth) for row in rows_of(results, roster, adjusted)])


def _line(row: Row, worth: int) -> list[Value]:
    who = row.who
    first, _, last = who.name.rpartition(" ")
    if "," in who.name:
        last, _, first = who.name.partition(",")
    submitted = row.result.intake.submitted if row.result and row.result.intake else ""
    return [ASSIGNMENT, "", submitted, who.student, last.strip(), first.strip(), who.email, *_scores(row), worth]


def _scores(row: Row) -> list[Value]:
    if row.result is None:
        return [0, 0, 0]
    if row.total is None:
        return ["", "", ""]
    return [row.result.points, row.adjusted.penalty if row.adjusted else 0, row.total]
