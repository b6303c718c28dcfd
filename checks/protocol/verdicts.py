"""The words of a verdict: how an exercise ended, what each check found, which misunderstanding it looks like."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How an exercise ended; it works if only careful checks do not pass."""

    PASSED = "passed"
    WORKS = "works"
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


class Part(StrEnum):
    """What a check is about: the idea, on ordinary input; or edges, such as empty rows, half precision, odd input."""

    WORKS = "works"
    CAREFUL = "careful"


@dataclass(frozen=True)
class CodeLine:
    """A line of the learner's code.

    Attributes:
        file: Path.
        number: Of the line.
        function: Around it.
        text: The line.
        values: What the tensors in it looked like: `tokens: float32 (2, 3, 4)`.
    """

    file: str
    number: int
    function: str
    text: str
    values: str = ""


@dataclass(frozen=True)
class Panel:
    """A small array as it is shown: its name, and cells in rows.

    Attributes:
        name: In words of the exercise.
        rows: Cells as text, so that JSON can carry what is not a number, too.
        marked: Of each cell: it is padding (of an input), or it is wrong (of what came out).
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    marked: tuple[tuple[bool, ...], ...] = ()


@dataclass(frozen=True)
class Picture:
    """The smallest wrong case: what goes in, what should come out, and what does."""

    inputs: tuple[Panel, ...]
    expected: Panel
    observed: Panel


@dataclass(frozen=True)
class CheckResult:
    """One check.

    Attributes:
        claim: What it checks.
        verdict: What it found.
        part: Whether it is about the idea or about an edge.
        problem: What is wrong with the smallest wrong case, in a sentence.
        expected: How that looks in the reference, if the sentence does not say it.
        observed: How it looks in the answer.
        case: The smallest wrong case.
        right: Cases in which the answer is right.
        wrong: Cases in which it is wrong, the smallest first.
        contrast: What sets the wrong cases apart from the right ones.
        relation: How what came out is related to what should have, in all wrong cases.
        picture: The smallest wrong case, where it is small enough.
        lines: The learner's own lines of a traceback, the innermost last.
        like: An earlier check's claim that fails in the same way.
    """

    claim: str
    verdict: Outcome
    part: Part = Part.WORKS
    problem: str = ""
    expected: str = ""
    observed: str = ""
    case: str = ""
    right: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    contrast: str = ""
    relation: str = ""
    picture: Picture | None = None
    lines: tuple[CodeLine, ...] = ()
    like: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """The misconception that a wrong answer looks like.

    Attributes:
        name: What was misunderstood.
        hint: The way out.
        certain: It explains all that is wrong; else the first wrong case and most of the others.
        second: A second one that is made as well, and explains what the first one does not.
    """

    name: str
    hint: str
    certain: bool
    second: "Diagnosis | None" = None


def printable(text: str) -> str:
    """Replace what no terminal and no XML file should be given."""
    return "".join(letter if letter in "\n\t" or letter.isprintable() else "\ufffd" for letter in text)
