"""GitHub Actions: a summary in Markdown, and a log in which no line of a student's is a command to the runner."""

import secrets

from ...grader.record import Result
from ...grader.results import ExerciseResult
from ...protocol.verdicts import Status
from .feedback import fully, shortly
from .texts import clean, line, markdown

LARGEST = 1000**2  # bytes; GitHub shows no summary of more than 1 MiB
MARKS = {Status.PASSED: "✅", Status.WORKS: "🟡", Status.NOT_STARTED: "⚪", Status.NOT_JUDGED: "❓"}


def summary(result: Result) -> str:
    """Write what `$GITHUB_STEP_SUMMARY` shows: the points, then a line for each exercise."""
    open_ones = [one.exercise_id for one in result.exercises if one.status is Status.NOT_JUDGED]
    told = [f"## Two Heads: {result.points:g} of {result.possible} points"]
    if open_ones:
        told.append(f"**Not final.** Not judged, by no fault of yours: {', '.join(open_ones)}.")
    if result.intake and result.intake.problem:
        told.append(markdown(result.intake.problem))
    rows = ["|  | Exercise | Points | What was found |", "|---|---|--:|---|", *map(_row, result.exercises)]
    text = "\n\n".join([*told, "\n".join(rows)])
    return f"{_cut(text)}\n"


def _cut(text: str) -> str:
    """Leave out whole lines at the end that are too many."""
    kept: list[str] = []
    size = 0
    for each in text.split("\n"):
        size += len(each.encode(errors="replace")) + 1
        if size > LARGEST:
            return "\n".join([*kept, "", "More does not fit here; the record has it all."])
        kept.append(each)
    return text


def _row(one: ExerciseResult) -> str:
    points = "not decided" if one.status is Status.NOT_JUDGED else f"{one.points:g}/{one.possible}"
    title = markdown(f"{one.exercise_id} {one.title}")
    return f"| {MARKS.get(one.status, '❌')} | {title} | {points} | {markdown(shortly(one), 400)} |"


def log(result: Result) -> str:
    """Write what is printed: between two lines with a token that nobody can know, the runner obeys no line.

    Each exercise that does not pass is told in full.
    """
    token = secrets.token_hex(32)
    told = []
    for one in result.exercises:
        told.append(line(f"{one.exercise_id} {one.title}: {one.status}"))
        if one.status is not Status.PASSED:
            told += [f"    {each}" for each in fully(one).split("\n")]
            told += [f"    | {each}" for each in clean(one.output).split("\n") if one.output]
    return "\n".join([f"::stop-commands::{token}", *told, f"::{token}::", ""])
