"""The words of a verdict: how an exercise ended, what each check found, which misunderstanding it looks like."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How an exercise ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_STARTED = "not started"
    ERROR = "error"
    TIMED_OUT = "timed out"
    OUT_OF_MEMORY = "out of memory"
    EXITED = "exited"
    NOT_JUDGED = "not judged"


class Outcome(StrEnum):
    """What a check found; `error` if the learner's code raised one."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    NOT_RUN = "not run"


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
        verdict: What it found.
        problem: What is wrong, in a sentence.
        where: Which part of the observation it is about.
        expected: How the reference's observation looks.
        observed: How the learner's looks.
        lines: The learner's own lines of a traceback, the innermost last.
    """

    claim: str
    verdict: Outcome
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


def printable(text: str) -> str:
    """Replace what no terminal and no XML file should be given."""
    return "".join(letter if letter in "\n\t" or letter.isprintable() else "\ufffd" for letter in text)
