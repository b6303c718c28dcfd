"""A repair, told in steps: where it is, what it is about, and at last the change itself."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from ..course import Exercise
from ..grader.repair import Repair, Tried


def steps(repair: Repair, text: str, path: Path) -> Sequence[RenderableType]:
    """Lay out what was found, each step telling more than the one before.

    Args:
        repair: What was found.
        text: The learner's file.
        path: Of the file.
    """
    lines = text.split("\n")
    several = len(repair.changes) > 1
    places = [f"{path}:{change.line}\n    {_line(lines, change.line)}" for change in repair.changes]
    kinds = [f"line {change.line}: {change.kind}" for change in repair.changes]
    begin = "Two small changes are enough. They begin" if several else "One small change is enough. It begins"
    return (
        Group(Text(f"{begin} here:"), Padding(Text("\n".join(places), "cyan"), (1, 0, 0, 2))),
        Group(Text("\nWhat they are about:" if several else "\nWhat it is about:"), _indented(Text("\n".join(kinds)))),
        Group(Text("\nThe change:"), _indented(_coloured(repair.diff)), Text(_verdict(repair))),
    )


def _indented(text: Text) -> RenderableType:
    return Padding(text, (0, 0, 0, 2))


def _line(lines: Sequence[str], number: int) -> str:
    return lines[number - 1].strip() if number <= len(lines) else ""


def _coloured(diff: Sequence[str]) -> Text:
    styles = {"-": "red", "+": "green", "@": "dim"}
    return Text("\n").join(Text(line, styles.get(line[:1], "")) for line in diff)


def _verdict(repair: Repair) -> str:
    return f"All {repair.checks} checks pass with it. There may be other ways, and better ones."


def nothing_found(repair: Repair, exercise: Exercise) -> RenderableType:
    """Say what was tried in vain."""
    if not repair.tried.singles:
        return Text(f"{exercise.file}.py is no Python yet, so no change of it can be tried: `checks run` says where.")
    head = f"No small change makes every check pass: tried {_tried(repair.tried)}, in {repair.tried.seconds:.0f} s."
    return Group(Text(head), Text(f"More may be missing than that. Hint: checks hint {exercise.exercise_id}", "dim"))


def progress(tried: Tried) -> str:
    """Say how far a search is."""
    return f"Trying small changes of your code: {_tried(tried)} …" if tried.singles else "Loading …"


def _tried(tried: Tried) -> str:
    one = "1 change" if tried.singles == 1 else f"{tried.singles} changes"
    return f"{one} of one place, {tried.pairs} of two"
