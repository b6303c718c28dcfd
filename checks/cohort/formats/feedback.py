"""What a student is told about an exercise, in plain text: what it looks like and the way out, or the problem."""

from ...grader.results import ExerciseResult
from ...protocol.verdicts import CheckResult, Outcome, Part, Status
from ...reports.telling import none_is_mended
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
    """Say in a few lines what was found out about an exercise: each check, and what is wrong in the first."""
    if one.status is Status.NOT_JUDGED:
        return f"This exercise {OURS}"
    told = [f"{one.status}, {one.points:g} of {one.possible} points", *_diagnosis(one), one.problem]
    told += [] if one.status is Status.NOT_STARTED or none_is_mended(one) else _checks(one)
    told += [f"note: {note}" for note in one.notes]
    return "\n".join(clean(text) for text in told if text)


def _what(one: ExerciseResult) -> str:
    if one.diagnosis:
        likely = "" if one.diagnosis.certain else "most likely: "
        return f"{likely}{one.diagnosis.name}. {one.diagnosis.hint}"
    return one.problem or next((check.problem for check in one.checks if check.problem), "")


def _diagnosis(one: ExerciseResult) -> list[str]:
    found = [one.diagnosis, one.diagnosis.second] if one.diagnosis else []
    sure = "This looks like" if one.diagnosis and one.diagnosis.certain else "Most of this looks like"
    return [f"{sure} a known mistake: {each.name}\n{each.hint}" for each in found if each]


def _checks(one: ExerciseResult) -> list[str]:
    first = next((check for check in one.checks if check.problem), None)
    return [_check(check) + (_details(check) if check is first else "") for check in one.checks]


def _check(check: CheckResult) -> str:
    mark = "ok" if check.verdict is Outcome.PASSED else check.verdict
    return f"{mark}: {check.claim}" + (" (careful)" if check.part is Part.CAREFUL else "")


def _details(check: CheckResult) -> str:
    case = f" ({check.case})" if check.case else ""
    where = [f"{place.file}:{place.number} {place.text}" for place in check.lines[-1:]]
    return "".join(
        f"\n    {text}" for text in [f"{check.problem}{case}", *where, check.contrast, check.relation] if text
    )
