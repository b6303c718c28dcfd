"""The result record: what grading one package found, as plain data with a documented form.

`result.schema.json` describes the JSON form; `VERSION` changes when a reader of it would have to change.
"""

import hashlib
import importlib.metadata
import json
import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from ..course import RELEASE
from ..protocol.verdicts import Status
from ..source.files import Submission
from .results import ExerciseResult, total

VERSION = 5
SCHEMA = Path(__file__).with_name("result.schema.json")


@dataclass(frozen=True)
class Intake:
    """What a student has handed in, and what was made of it.

    Attributes:
        student: Whose it is: an id, never a name.
        source: Name of the file or folder that was handed in.
        found: Files of the package, by the names that the course gives them.
        missing: Files of the course that are not there.
        renamed: What stood under another name, as `name -> name in the course`.
        ignored: What was handed in and is no part of the package.
        submitted: When, in ISO 8601 with its zone, such as 2026-11-29T18:00:00+00:00.
        problem: Why nothing of it can be graded, in words for the student; empty if it can.
        doubts: What an instructor may have to decide: several submissions of one student, an id that no roster has.
    """

    student: str
    source: str
    found: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    submitted: str = ""
    problem: str = ""
    doubts: tuple[str, ...] = ()


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
        release: Version of the course that graded.
        isolation: What held the learner's code: `process`, `bubblewrap` or `container`.
        intake: What was handed in, if it was graded in a class.
    """

    package: str
    exercises: tuple[ExerciseResult, ...]
    files: dict[str, str] = field(default_factory=dict)
    python: str = ""
    torch: str = ""
    platform: str = ""
    version: int = VERSION
    release: str = ""
    isolation: str = "process"
    intake: Intake | None = None

    @property
    def student(self) -> str:
        """Whose it is: an id; empty if it was not graded in a class."""
        return self.intake.student if self.intake else ""

    @property
    def points(self) -> float:
        """Points earned."""
        return total(self.exercises)

    @property
    def possible(self) -> int:
        """Points to be earned in the exercises that were graded."""
        return sum(exercise.possible for exercise in self.exercises)

    @property
    def passed(self) -> bool:
        """Every exercise passed."""
        return all(exercise.status is Status.PASSED for exercise in self.exercises)


def record_of(submission: Submission, exercises: Iterable[ExerciseResult]) -> Result:
    """Make the result record of a graded package."""
    return Result(
        submission.path,
        tuple(exercises),
        {name: hashlib.sha256(content).hexdigest() for name, content in submission.contents.items()},
        platform.python_version(),
        importlib.metadata.version("torch"),
        f"{platform.system()} {platform.machine()}, Python {sys.implementation.name}",
        release=RELEASE,
    )


def to_json(result: Result) -> bytes:
    """Give the record's JSON form, in ASCII, so that any output can carry it."""
    record = {**msgspec.to_builtins(result), "points": result.points, "possible": result.possible}
    return json.dumps(record, indent=2).encode()


def from_json(content: bytes) -> Result:
    """Read a record back.

    Raises:
        ValueError: It is none.
    """
    return msgspec.json.decode(content, type=Result)
