"""`gradebook.csv`: everything about everybody, for a spreadsheet."""

from collections.abc import Sequence

from ...grader.record import Result
from .rows import NOTHING_IN, Adjustments, Roster, Row, Value, possible, rows_of, table, tasks


def write(results: Sequence[Result], roster: Roster, adjusted: Adjustments | None = None) -> str:
    """Write a gradebook: who, the points of each exercise and task, the total, and what an instructor should know."""
    exercises = possible(results)
    sorted_in = tasks(exercises)
    head = ["id", "name", "email", "section", *exercises, *sorted_in, "total", "possible", "status", "not judged"]
    head += [
        "problem",
        "submitted",
        "isolation",
        *(["earned", "penalty", "days late", "explanation"] if adjusted else []),
    ]
    everything = sum(exercises.values())
    lines = []
    for row in rows_of(results, roster, adjusted):
        who = row.who
        points: list[Value] = [row.points(exercise_id) for exercise_id in exercises]
        points += [row.task(exercise_ids) for exercise_ids in sorted_in.values()]
        facts = [row.total, everything, status(row), ", ".join(row.not_judged), row.problem, *_hand_in(row)]
        lines.append(
            [who.student, who.name, who.email, who.section, *points, *facts, *(_rules(row) if adjusted else [])]
        )
    return table(head, lines)


def status(row: Row) -> str:
    """Say in a word how a student stands."""
    if row.result is None:
        return NOTHING_IN
    if row.not_judged:
        return "not decided"
    if row.problem:
        return "nothing to grade"
    return "complete" if row.result.passed else "graded"


def _hand_in(row: Row) -> list[str]:
    if row.result is None:
        return ["", ""]
    return [row.result.intake.submitted if row.result.intake else "", row.result.isolation]


def _rules(row: Row) -> list[Value]:
    adjusted = row.adjusted
    return [adjusted.earned, adjusted.penalty, adjusted.days, adjusted.explanation] if adjusted else ["", "", "", ""]
