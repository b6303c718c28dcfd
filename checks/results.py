"""The result record: what grading one package found, as plain data with a documented form.

`result.schema.json` describes the JSON form; `VERSION` changes when a reader of it would have to change.
"""

import dataclasses
import json
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

VERSION = 1
SCHEMA = Path(__file__).with_name("result.schema.json")


class Status(StrEnum):
    """How an exercise ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_STARTED = "not started"
    ERROR = "error"
    TIMED_OUT = "timed out"
    OUT_OF_MEMORY = "out of memory"
    EXITED = "exited"


@dataclass(frozen=True)
class CodeLine:
    """A line of the learner's code: file, number, the function around it, and its text."""

    file: str
    number: int
    function: str
    text: str


@dataclass(frozen=True)
class CheckResult:
    """One check.

    Attributes:
        claim: What it checks.
        verdict: `passed`, `failed`, `error` (the learner's code raised one) or `not run`.
        problem: What is wrong, in a sentence.
        where: Which part of the observation it is about.
        expected: How the reference's observation looks.
        observed: How the learner's looks.
        lines: The learner's own lines of a traceback, the innermost last.
    """

    claim: str
    verdict: str
    problem: str = ""
    where: str = ""
    expected: str = ""
    observed: str = ""
    lines: tuple[CodeLine, ...] = ()


@dataclass(frozen=True)
class Diagnosis:
    """The misconception that a wrong answer looks like.

    Attributes:
        name: What was misunderstood.
        hint: The way out.
        certain: The answer is wrong in this way and in no other.
    """

    name: str
    hint: str
    certain: bool


@dataclass(frozen=True)
class ExerciseResult:
    """One exercise.

    Attributes:
        id: Such as `1.1`.
        title: What the learner was asked to do.
        target: What was graded: file and name.
        status: How it ended.
        points: Earned.
        possible: Points to be earned.
        checks: In order.
        problem: What is wrong with the exercise as a whole, if it is not one check.
        lines: The learner's lines that this problem is about.
        diagnosis: The misconception that it looks like, if one is known.
        output: What the learner's code printed.
        seconds: Wall-clock time.
        imports_solutions: The code imported the reference.
    """

    id: str
    title: str
    target: str
    status: Status
    points: int
    possible: int
    checks: tuple[CheckResult, ...] = ()
    problem: str = ""
    lines: tuple[CodeLine, ...] = ()
    diagnosis: Diagnosis | None = None
    output: str = ""
    seconds: float = 0.0
    imports_solutions: bool = False


@dataclass(frozen=True)
class Result:
    """What grading one package found.

    Attributes:
        package: Path of the graded package.
        exercises: In the course's order.
        files: File name to the SHA-256 of its bytes.
        python: Version.
        torch: Version.
        platform: System and processor.
        version: Of this record's form.
    """

    package: str
    exercises: tuple[ExerciseResult, ...]
    files: dict[str, str] = field(default_factory=dict)
    python: str = ""
    torch: str = ""
    platform: str = ""
    version: int = VERSION

    @property
    def points(self) -> int:
        """Points earned."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def possible(self) -> int:
        """Points to be earned in the exercises that were graded."""
        return sum(exercise.possible for exercise in self.exercises)

    @property
    def passed(self) -> bool:
        """Every exercise passed."""
        return all(exercise.status is Status.PASSED for exercise in self.exercises)


def printable(value: Any) -> Any:
    """Replace what no terminal and no XML file should be given, in all texts of a JSON form."""
    if isinstance(value, str):
        return "".join(letter if letter in "\n\t" or letter.isprintable() else "\ufffd" for letter in value)
    if isinstance(value, list | tuple):
        return [printable(item) for item in value]
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    return value


def to_dict(result: Result) -> dict[str, Any]:
    """Give the record's JSON form."""
    record: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(result)))
    return {**record, "points": result.points, "possible": result.possible}


def exercise_from_dict(record: dict[str, Any]) -> ExerciseResult:
    """Read an exercise's result back from its JSON form."""
    checks = tuple(CheckResult(**{**check, "lines": _lines(check)}) for check in record["checks"])
    diagnosis = Diagnosis(**record["diagnosis"]) if record["diagnosis"] else None
    parts = {"checks": checks, "diagnosis": diagnosis, "lines": _lines(record), "status": Status(record["status"])}
    return ExerciseResult(**{**record, **parts})


def _lines(record: dict[str, Any]) -> tuple[CodeLine, ...]:
    return tuple(CodeLine(**line) for line in record["lines"])
