"""What a student is told about an exercise, in plain text: what it looks like and the way out, or the problem."""

from ...grader.results import ExerciseResult
from ...protocol.verdicts import CheckResult, Outcome, Part, Status
from .texts import clean, line

OURS = "could not be judged, by no fault of yours: no points are decided, and it will be graded again."


def shortly(one: ExerciseResult) -> str:
    """Say in a sentence what is wrong with an exercise; nothing if it passes."""
    if one.status is Status.PASSED:
        return ""
    if one.status is Status.NOT_JUDGED:
        return f"{one.exercise_id} {OURS}"
    return line(
        f"{one.exercise_id} {one.status}: {_what(one)}" if _what(one) else f"{one.exercise_id} {one.status}.", 300
    )


def fully(one: ExerciseResult) -> str:
    """Say in a few lines what was found out about an exercise."""
    if one.status is Status.NOT_JUDGED:
        return f"This exercise {OURS}"
    told = [
        f"{one.status}, {one.points:g} of {one.possible} points",
        *_diagnosis(one),
        *([one.problem] if one.problem else []),
    ]
    told += [_check(check) for check in one.checks]
    told += [f"note: {note}" for note in one.notes]
    return "\n".join(clean(text) for text in told)


def _what(one: ExerciseResult) -> str:
    if one.diagnosis:
        return f"{one.diagnosis.name}. {one.diagnosis.hint}"
    return one.problem or next((check.problem for check in one.checks if check.problem), "")


def _diagnosis(one: ExerciseResult) -> list[str]:
    found = [one.diagnosis, one.diagnosis.second] if one.diagnosis else []
    return [f"This looks like a known mistake: {each.name}\n{each.hint}" for each in found if each]


def _check(check: CheckResult) -> str:
    mark = "ok" if check.verdict is Outcome.PASSED else check.verdict
    careful = " (careful)" if check.part is Part.CAREFUL else ""
    return f"{mark}: {check.claim}{careful}" + (f": {check.problem}" if check.problem else "")
