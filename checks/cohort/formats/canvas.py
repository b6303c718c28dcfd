"""Canvas's gradebook import: a column for each task, found by its title, and the points possible in a second line.

Canvas finds a student by `ID`, then by `SIS User ID`, `SIS Login ID` and the name: the id stands in both columns
of the school's system. An empty cell is no grade. What late days take off is an assignment of its own, worth no points,
because the import replaces scores and cannot take off.
"""

from collections.abc import Sequence

from ...grader.record import Result
from .rows import Adjustments, Roster, Row, Value, possible, rows_of, table, tasks

HEAD = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
LATE = "Two Heads, late days"


def write(results: Sequence[Result], roster: Roster, adjusted: Adjustments | None = None) -> str:
    """Write the table that Canvas imports; who has handed in nothing has no grade."""
    exercises = possible(results)
    sorted_in = tasks(exercises)
    late = [LATE] if adjusted else []
    worth = [sum(exercises[exercise_id] for exercise_id in ids) for ids in sorted_in.values()]
    points_possible: list[Value] = ["Points Possible", "", "", "", "", *worth, *(0 for _ in late)]
    lines = [points_possible]
    for row in rows_of(results, roster, adjusted):
        points = [row.task(ids) for ids in sorted_in.values()]
        lines.append([*_who(row), *points, *(_taken_off(row) for _ in late)])
    return table([*HEAD, *(f"Two Heads, {name}" for name in sorted_in), *late], lines)


def _who(row: Row) -> list[Value]:
    who = row.who
    name = (who.name or who.student).replace("Points Possible", "Points possible")  # that would be no student
    return [name, "", who.student, who.student, who.section]


def _taken_off(row: Row) -> Value:
    return "" if row.total is None or row.adjusted is None else -row.adjusted.penalty
