"""Strangers' answers: files that were written without a look at the checks, in `right/1.1/` and `wrong/1.1/`."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ..course import SOLUTIONS, Exercise
from ..grader.grading import Grader
from ..grader.results import ExerciseResult
from ..protocol.verdicts import Status
from ..source.files import Submission, read_sources
from .cases import splice
from .sharing import share


class Answered(NamedTuple):
    """An answer and its result; without one, it cannot be put into the reference's file."""

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


def grade_answers(folder: Path, exercises: Iterable[Exercise]) -> Iterator[list[Answered]]:
    """Grade all answers of a folder, exercise by exercise.

    Raises:
        ValueError: There are none.
    """
    if not any(path for kind in ("right", "wrong") for path in (folder / kind).glob("*/*.py")):
        raise ValueError(f"folder is {str(folder)!r}, but holds no files such as wrong/1.1/name.py")

    def grade(grader: Grader, exercise: Exercise) -> list[Answered]:
        paths = [path for kind in ("right", "wrong") for path in (folder / kind / exercise.exercise_id).glob("*.py")]
        return [_grade(grader, exercise, path, path.relative_to(folder)) for path in sorted(paths)]

    yield from share(exercises, grade)


def _grade(grader: Grader, exercise: Exercise, path: Path, name: Path) -> Answered:
    sources = read_sources(SOLUTIONS)
    try:
        text = splice(sources[exercise.file], exercise, path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError):
        return Answered(name.as_posix(), name.parts[0] == "right", None)
    submission = Submission(str(path), {**sources, exercise.file: text})
    (result,) = grader.grade(submission, [exercise])
    return Answered(name.as_posix(), name.parts[0] == "right", result)


def summary(answered: Iterable[Answered]) -> str:
    """Say how many are judged rightly, how many wrong ones get a name, and which are judged wrongly."""
    answered = list(answered)
    right = [one for one in answered if one.is_right]
    wrong = [one for one in answered if not one.is_right]
    named = [one for one in wrong if one.well and one.result and one.result.diagnosis]
    lines = [
        f"{sum(one.well for one in right)} of {len(right)} right answers pass",
        f"{sum(one.well for one in wrong)} of {len(wrong)} wrong answers do not, {len(named)} of them get a name",
    ]
    return "\n".join([*lines, *(f"    {one.name}" for one in answered if not one.well)])
