"""The page of one student: their points, and what is wrong, in the words that the terminal uses. Nothing of others."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from ...course import load_course
from ...grader.record import Intake, Result
from ...grader.results import ExerciseResult
from ...protocol.verdicts import CheckResult, Diagnosis, Status
from ...reports.pages import link
from ...reports.telling import CAREFUL_LATER, HUNT, IMPORTS_SOLUTIONS, none_is_mended, says_less, short_output, told_of
from ..policy import handed_in_nothing
from .people import People
from .render import render
from .statistics import Group, diagnoses, group_of, in_order, is_readable, points_by_task, student_of

MOST_FILES = 30
NOT_JUDGED = "This exercise could not be judged, by no fault of yours. Your instructor knows."


@dataclass(frozen=True)
class Told:
    """What a student is told of an exercise.

    Attributes:
        result: Of the exercise.
        group: How it ended.
        address: Of the page that explains it.
        problem: What is wrong with the exercise as a whole.
        checks: All that are shown.
        told: Those of which it is said what is wrong, the first in detail.
        alike: How many more fail as the first one does.
        diagnoses: What was misunderstood.
        output: What the code printed.
        notes: What else there is to say.
    """

    result: ExerciseResult
    group: Group
    address: str
    problem: str
    checks: tuple[CheckResult, ...]
    told: tuple[CheckResult, ...]
    alike: int
    diagnoses: tuple[Diagnosis, ...]
    output: str
    notes: tuple[str, ...]


def student_page(result: Result, people: People, adjusted: Mapping[str, tuple[float, str]]) -> bytes:
    """Lay the page out.

    Args:
        result: The student's.
        people: Who the students are.
        adjusted: Points under the rules of the class, by id.
    """
    student = student_of(result)
    told = [_told(exercise, result) for exercise in in_order([result])]
    tasks = groupby(told, key=lambda one: load_course().exercise(one.result.exercise_id).task)
    points = points_by_task(result)
    counts, explanation = adjusted.get(student, (result.points, ""))
    return render(
        "student.html",
        person=people.person(student),
        result=result,
        readable=is_readable(result),
        nothing=handed_in_nothing(result),
        tasks=[(task, load_course().tasks[task], points[task], list(mine)) for task, mine in tasks],
        passed=sum(one.group is Group.PASSED for one in told),
        to_mend=[one for one in told if one.group in (Group.WORKS, Group.FAILED, Group.NOT_JUDGED)],
        noted=[one for one in told if one.group is Group.PASSED and one.notes],
        counts=counts,
        explanation=explanation,
        intake=result.intake,
        submitted=_moment(result.intake.submitted) if result.intake else "",
        files=_files(result.intake) if result.intake else {},
        anonymous=people.anonymous,
    )


def _told(exercise: ExerciseResult, result: Result) -> Told:
    hunted = none_is_mended(exercise)
    checks = () if hunted else exercise.checks
    told = tuple(told_of(checks))
    judged = exercise.status is not Status.NOT_JUDGED
    return Told(
        exercise,
        group_of(exercise, result.files),
        link(load_course().exercise(exercise.exercise_id)),
        exercise.problem if judged else NOT_JUDGED,
        checks,
        told,
        sum(check.like == told[0].claim for check in checks) if told else 0,
        tuple(diagnoses(exercise)),
        "\n".join(short_output(exercise.output)) if exercise.output else "",
        tuple(_notes(exercise, hunted)),
    )


def _notes(exercise: ExerciseResult, hunted: bool) -> list[str]:
    return [
        *([HUNT] if hunted else []),
        *([CAREFUL_LATER] if not hunted and says_less(exercise.checks) else []),
        *([IMPORTS_SOLUTIONS] if exercise.imports_solutions else []),
        *exercise.notes,
    ]


def _files(intake: Intake) -> dict[str, list[str]]:
    """Give what was made of the files, in words; not more names than anybody reads."""
    kinds = {
        "not there": () if intake.problem else intake.missing,  # that would be all
        "under another name": intake.renamed,
        "not part of the course, so ignored": intake.ignored,
        "found": intake.found,
    }
    return {kind: _few(names) for kind, names in kinds.items() if names}


def _moment(submitted: str) -> str:
    """Write a moment for people; as it is, if it is none."""
    try:
        moment = datetime.fromisoformat(submitted)
    except ValueError:
        return submitted
    return f"{moment:%Y-%m-%d %H:%M} {moment.tzname() or ''}".rstrip()


def _few(names: tuple[str, ...]) -> list[str]:
    more = [f"and {len(names) - MOST_FILES} more"] if len(names) > MOST_FILES else []
    return [*names[:MOST_FILES], *more]
