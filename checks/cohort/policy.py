"""Late days and exceptions: what a class's rules make of results. A pure function; nothing is graded again for it.

```toml
deadline = 2026-11-29T23:59:00+01:00
grace = 15        # minutes that nobody counts
late_days = 3     # of each student, without a penalty
penalty = 10      # percent for each further day that has begun
of = "earned"     # or "possible"
most = 50         # percent: the largest penalty

[students.ada]
until = 2026-12-02T23:59:00+01:00  # a deadline of her own

[students.bob]
days = 2          # more late days

[students.eve]
exempt = true     # from all of it
```
"""

import math
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ..grader.record import Result
from ..protocol.verdicts import Status
from ..reports.telling import counted
from .intake.opening import NOTHING

DAY = timedelta(days=1)
BASES = ("earned", "possible")


@dataclass(frozen=True)
class Override:
    """What holds for one student.

    Attributes:
        until: A deadline of their own.
        days: More late days without a penalty.
        exempt: No deadline holds.
    """

    until: datetime | None = None
    days: int = 0
    exempt: bool = False


@dataclass(frozen=True)
class Policy:
    """The rules of a class.

    Attributes:
        deadline: With its zone; None if there is none.
        grace: Minutes after the deadline that nobody counts; who is later than that is late from the deadline on.
        late_days: Of each student, without a penalty.
        penalty: Percent for each further day that has begun.
        of: What the percent are taken of: `earned` or `possible` points.
        most: Percent: the largest penalty.
        students: What holds for some, by id.
    """

    deadline: datetime | None = None
    grace: float = 0
    late_days: int = 0
    penalty: float = 0
    of: str = "earned"
    most: float = 100
    students: Mapping[str, Override] = field(default_factory=dict)

    def under(self, name_of: Callable[[str], str]) -> "Policy":
        """Give the same rules for students who have other ids in results; those that nobody has are left out."""
        named = {name_of(student): rules for student, rules in self.students.items()}
        return replace(self, students={name: rules for name, rules in named.items() if name})


@dataclass(frozen=True)
class Adjusted:
    """What the rules make of one result.

    Attributes:
        student: Their id.
        earned: Points, as graded.
        possible: Points to be earned.
        total: Points that count; None as long as an exercise could not be judged.
        penalty: Points taken off.
        days: That have begun after the deadline.
        explanation: Why, in a sentence; empty if nothing was taken off and nobody would ask.
    """

    student: str
    earned: float
    possible: int
    total: float | None
    penalty: float = 0
    days: int = 0
    explanation: str = ""


def handed_in_nothing(result: Result) -> bool:
    """Tell a student of the roster who has handed in nothing from one whose submission cannot be read."""
    return bool(result.intake and result.intake.problem == NOTHING)


def apply(policy: Policy, results: Iterable[Result]) -> list[Adjusted]:
    """Apply the rules of a class to results."""
    return [_adjust(policy, result) for result in results]


def _adjust(policy: Policy, result: Result) -> Adjusted:
    student = result.student
    earned, possible = result.points, result.possible
    days, penalty, explanation = _penalty(policy, student, result)
    if any(exercise.status is Status.NOT_JUDGED for exercise in result.exercises):
        undecided = "Some exercises could not be judged: no total is decided."
        return Adjusted(student, earned, possible, None, penalty, days, f"{undecided} {explanation}".strip())
    return Adjusted(student, earned, possible, round(earned - penalty, 1), penalty, days, explanation)


def _penalty(policy: Policy, student: str, result: Result) -> tuple[int, float, str]:
    """Give the days begun after the deadline, the points that they cost, and why."""
    override = policy.students.get(student, Override())
    deadline = override.until or policy.deadline
    if handed_in_nothing(result):
        return 0, 0, ""
    if override.exempt:
        return 0, 0, "Exempt from the deadline."
    if deadline is None:
        return 0, 0, ""
    submitted = _time_of(result)
    if submitted is None:
        return 0, 0, "Nobody knows when this was handed in: nothing is taken off."
    days = days_late(submitted - deadline, policy.grace)
    if not days:
        return 0, 0, ""
    free = policy.late_days + override.days
    charged = max(0, days - free)
    percent = min(policy.most, charged * policy.penalty)
    base = result.points if policy.of == "earned" else result.possible
    penalty = round(min(result.points, base * percent / 100), 1)
    own = "their own deadline" if override.until else "the deadline"
    late = f"Handed in {counted(days, 'day')} after {own}, {deadline.isoformat(' ', 'minutes')}"
    if not charged:
        return days, 0, f"{late}: within {counted(free, 'late day')}."
    without = f", {counted(free, 'late day')} of them free" if free else ""
    most = f", at most {policy.most:g} %" if percent < charged * policy.penalty else ""
    return (
        days,
        penalty,
        (
            f"{late}{without}: {counted(charged, 'day')} at {policy.penalty:g} %{most} of {base:g} points {policy.of} "
            f"takes off {penalty:g}."
        ),
    )


def days_late(late: timedelta, grace: float = 0) -> int:
    """Count the days that have begun after a deadline; one that is over within the grace, in minutes, is none."""
    return 0 if late <= timedelta(minutes=grace) else max(0, math.ceil(late / DAY))


def _time_of(result: Result) -> datetime | None:
    """Tell when a result was handed in, if that is known with its zone."""
    try:
        submitted = datetime.fromisoformat(result.intake.submitted if result.intake else "")
    except ValueError:
        return None
    return submitted if submitted.tzinfo else None


def read_policy(path: Path) -> Policy:
    """Read the rules of a class.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no TOML, or an entry of it is none of ours or makes no sense.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is no TOML: {error}") from None
    students = entries.pop("students", {})
    if not isinstance(students, dict) or not all(isinstance(each, dict) for each in students.values()):
        raise ValueError(f"{path}: students must be tables by id, such as [students.ada]")
    if len({student.casefold() for student in students}) < len(students):
        raise ValueError(f"{path}: two of the students differ in upper and lower case alone: {', '.join(students)}")
    facts = _checked(entries, RULES, f"{path}: ")
    overrides = {
        name: Override(**_checked(each, OVERRIDES, f"{path}: students.{name}.")) for name, each in students.items()
    }
    return Policy(**facts, students=overrides)


def _checked(entries: Mapping[str, Any], known: Mapping[str, "Rule"], where: str) -> dict[str, Any]:
    for name, value in entries.items():
        if name not in known:
            raise ValueError(f"{where}{name} is unknown; known are {', '.join(known)}")
        holds, allowed = known[name]
        if not holds(value):
            shown = value.isoformat() if hasattr(value, "isoformat") else repr(value)
            raise ValueError(f"{where}{name} is {shown}, but must be {allowed}")
    return dict(entries)


Rule = tuple[Callable[[Any], bool], str]  # whether a value will do, and what will do in words


def _is_number(value: object, most: float = math.inf) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most and math.isfinite(value)
    )


def _is_count(value: object) -> bool:
    return _is_number(value) and isinstance(value, int)


def _is_time(value: object) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None


COUNT: Rule = (_is_count, "a whole number of days, 0 or more")
PERCENT: Rule = (lambda value: _is_number(value, 100), "percent, from 0 to 100")
TIME: Rule = (_is_time, "a date, a time and its zone, such as 2026-11-29T23:59:00+01:00")
RULES: dict[str, Rule] = {
    "deadline": TIME,
    "grace": (_is_number, "a number of minutes, 0 or more"),
    "late_days": COUNT,
    "penalty": PERCENT,
    "of": (lambda value: value in BASES, " or ".join(f'"{base}"' for base in BASES)),
    "most": PERCENT,
}
OVERRIDES: dict[str, Rule] = {
    "until": TIME,
    "days": COUNT,
    "exempt": (lambda value: isinstance(value, bool), "true or false"),
}
