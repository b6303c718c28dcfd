"""What all gradebooks are made of: a row for each student, and a writer of tables that are safe to open."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...course import load_course
from ...grader.record import Result
from ...grader.results import ExerciseResult
from ...protocol.verdicts import Status
from ..policy import Adjusted, handed_in_nothing
from ..students import Student
from .texts import cell

Roster = Mapping[str, Student]
Adjustments = Mapping[str, Adjusted]  # by student
Value = str | int | float

NOTHING_IN = "nothing handed in"


@dataclass(frozen=True)
class Row:
    """One student.

    Attributes:
        who: What is known of them.
        result: None if they have handed in nothing.
        adjusted: What the class's rules make of it, if it has any.
    """

    who: Student
    result: Result | None
    adjusted: Adjusted | None = None

    @property
    def not_judged(self) -> list[str]:
        """Ids of the exercises that could not be judged: no points are decided."""
        exercises = self.result.exercises if self.result else ()
        return [one.exercise_id for one in exercises if one.status is Status.NOT_JUDGED]

    @property
    def total(self) -> float | None:
        """Points that count; None as long as they are not decided, or nothing was handed in."""
        if self.result is None or self.not_judged:
            return None
        return self.adjusted.total if self.adjusted else self.result.points

    @property
    def problem(self) -> str:
        """Why nothing of it can be graded."""
        if self.result is None:
            return NOTHING_IN
        return self.result.intake.problem if self.result.intake else ""

    @property
    def explanation(self) -> str:
        """Why points were taken off."""
        return self.adjusted.explanation if self.adjusted else ""

    def points(self, exercise_id: str) -> Value:
        """Give the points of an exercise; nothing if they are not decided, or it was not graded."""
        one = self._exercises.get(exercise_id)
        return "" if one is None or one.status is Status.NOT_JUDGED else one.points

    def task(self, exercise_ids: Iterable[str]) -> Value:
        """Give the points of a task; nothing as long as one of its exercises is not decided."""
        each = [self.points(exercise_id) for exercise_id in exercise_ids]
        return "" if "" in each else round(sum(map(float, each)), 1)

    @property
    def _exercises(self) -> dict[str, ExerciseResult]:
        return {one.exercise_id: one for one in self.result.exercises} if self.result else {}


def rows_of(results: Iterable[Result], roster: Roster, adjusted: Adjustments | None = None) -> list[Row]:
    """Give a row for each student: in the roster's order, then who is not in it; by id."""
    by_id = {result.student: result for result in results}
    strangers = sorted(by_id.keys() - roster.keys())
    everybody = [*roster.values(), *(Student(student) for student in strangers)]
    handed_in = {student: result for student, result in by_id.items() if not handed_in_nothing(result)}
    return [Row(who, handed_in.get(who.student), (adjusted or {}).get(who.student)) for who in everybody]


def possible(results: Iterable[Result]) -> dict[str, int]:
    """Give the points to be earned in each exercise that was graded, in the course's order."""
    found = {one.exercise_id: one.possible for result in results for one in result.exercises}
    return dict(sorted(found.items(), key=lambda item: [int(part) for part in item[0].split(".")]))


def tasks(exercise_ids: Iterable[str]) -> dict[str, list[str]]:
    """Sort exercises into tasks, by the task's name."""
    titles = load_course().tasks
    sorted_in: dict[str, list[str]] = {}
    for exercise_id in exercise_ids:
        number = int(exercise_id.partition(".")[0])
        sorted_in.setdefault(f"Task {number}: {titles.get(number, '')}", []).append(exercise_id)
    return sorted_in


def table(head: Sequence[str], rows: Iterable[Sequence[Value | None]]) -> str:
    """Write comma-separated values: numbers as numbers, each text quoted and none a formula."""
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([cell(name) for name in head])
    writer.writerows([[_value(value) for value in row] for row in rows])
    return file.getvalue()


def _value(value: Value | None) -> Value:
    if value is None:
        return ""
    return cell(value) if isinstance(value, str) else float(f"{value:g}") if value % 1 else int(value)
