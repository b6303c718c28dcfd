"""How well answers are judged and explained: strangers' answers in a folder, or the course's own.

A folder holds files such as `right/1.1/name.py` and `wrong/1.1/name.py`, written without a look at the checks.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from ..course import SOLUTIONS, Exercise
from ..grader.grading import Grader
from ..grader.results import ExerciseResult
from ..protocol.verdicts import Status
from ..referee.misconceptions import load_misconceptions
from ..source.files import Submission, read_sources
from .cases import alternatives, splice
from .sharing import share


class Answer(NamedTuple):
    """An answer whose verdict is known: its name, and the text of its file; None if it does not fit in there."""

    name: str
    is_right: bool
    text: str | None


class Answered(NamedTuple):
    """An answer and its result; without one, it could not be put into the reference's file."""

    exercise_id: str
    name: str
    is_right: bool
    result: ExerciseResult | None

    @property
    def well(self) -> bool:
        """A right answer passes, a wrong one does not."""
        return self.result is not None and (self.result.status is Status.PASSED) == self.is_right

    def line(self) -> str:
        """Give the verdict as a line of JSON, for comparing two versions of the course."""
        found: dict[str, Any] = {"answer": self.name, "well": self.well}
        if self.result:
            diagnosis = self.result.diagnosis
            checks = {check.claim: check.verdict for check in self.result.checks}
            found |= {"status": self.result.status, "diagnosis": diagnosis and diagnosis.name, "checks": checks}
        return json.dumps(found)

    def screen(self) -> str:
        """Give what a learner reads first."""
        from io import StringIO

        from rich.console import Console

        from ..reports.terminal import advice, found

        page = StringIO()
        console = Console(file=page, width=80, highlight=False, markup=False, emoji=False)
        if self.result:
            console.print(found(self.result, "tutorial", console))
            console.print(advice(self.result, "tutorial"))
        return f"{'=' * 80}\n{self.name}\n{page.getvalue()}"


class Kind(StrEnum):
    """How an answer that does not pass is explained, the best first."""

    CERTAIN = "named, certain"
    LIKELY = "named, likely"
    RELATED = "related"
    CONTRASTED = "contrasted"
    OTHER = "other"
    PASSED = "passed"


def kind_of(result: ExerciseResult) -> Kind:
    """Tell how well a result explains itself."""
    if result.status is Status.PASSED:
        return Kind.PASSED
    if result.diagnosis:
        return Kind.CERTAIN if result.diagnosis.certain else Kind.LIKELY
    first = next((check for check in result.checks if check.problem), None)
    if first and first.relation:
        return Kind.RELATED
    return Kind.CONTRASTED if first and first.contrast else Kind.OTHER


def grade_answers(folder: Path | None, exercises: Iterable[Exercise]) -> Iterator[list[Answered]]:
    """Grade all answers, exercise by exercise.

    Args:
        folder: Where strangers' answers are; the course's alternatives and misconceptions, if not given.
        exercises: Which.

    Raises:
        ValueError: There are none in the folder.
    """
    if folder and not any(path for kind in ("right", "wrong") for path in (folder / kind).glob("*/*.py")):
        raise ValueError(f"folder is {str(folder)!r}, but holds no files such as wrong/1.1/name.py")
    read: Callable[[Exercise], list[Answer]] = partial(_strangers, folder) if folder else _own

    def grade(grader: Grader, exercise: Exercise) -> list[Answered]:
        return [_grade(grader, exercise, answer) for answer in read(exercise)]

    yield from share(exercises, grade)


def _strangers(folder: Path, exercise: Exercise) -> list[Answer]:
    paths = [path for kind in ("right", "wrong") for path in (folder / kind / exercise.exercise_id).glob("*.py")]
    return [
        Answer(path.relative_to(folder).as_posix(), path.parts[-3] == "right", _spliced(exercise, path))
        for path in sorted(paths)
    ]


def _own(exercise: Exercise) -> list[Answer]:
    text = read_sources(SOLUTIONS)[exercise.file]
    wrong = [Answer(each.name, False, each.apply(text, exercise)) for each in load_misconceptions(exercise)]
    return [*(Answer(path.stem, True, _spliced(exercise, path)) for path in alternatives(exercise)), *wrong]


def _spliced(exercise: Exercise, path: Path) -> str | None:
    try:
        return splice(read_sources(SOLUTIONS)[exercise.file], exercise, path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError):
        return None


def _grade(grader: Grader, exercise: Exercise, answer: Answer) -> Answered:
    result = None
    if answer.text is not None:
        submission = Submission(answer.name, {**read_sources(SOLUTIONS), exercise.file: answer.text})
        (result,) = grader.grade(submission, [exercise])
    return Answered(exercise.exercise_id, answer.name, answer.is_right, result)


def table(answered: Iterable[Answered]) -> str:
    """Count by exercise how the wrong answers are explained; list those that are judged wrongly."""
    answered = list(answered)
    wrong = [one for one in answered if not one.is_right and one.result]
    ids = list(dict.fromkeys(one.exercise_id for one in wrong))
    rows = [
        (name, Counter(kind_of(one.result) for one in wrong if one.exercise_id == name and one.result)) for name in ids
    ]
    rows.append(("all", sum((counts for _, counts in rows), Counter())))
    lines = ["exercise" + "".join(f"{kind:>16}" for kind in Kind)]
    lines += [f"{name:<8}" + "".join(f"{counts[kind]:>16}" for kind in Kind) for name, counts in rows]
    right = [one for one in answered if one.is_right]
    lines.append(f"{sum(one.well for one in right)} of {len(right)} right answers pass")
    return "\n".join([*lines, *(f"judged wrongly: {one.exercise_id} {one.name}" for one in answered if not one.well)])
