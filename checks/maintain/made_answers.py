"""The answers of a made class: the course's own bank, and several of them in one file, as students write them."""

import difflib
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache, partial

from ..course import SOLUTIONS, Exercise
from ..referee.misconceptions import load_misconceptions
from ..source.files import read_sources
from ..source.given import mistakes, with_changes
from ..source.stubs import stub_source
from .cases import alternatives, splice
from .made_mischief import BOMBS

PASSED, NOT_PASSED, NOT_STARTED = "passed", "not passed", "not started"
STUB = "stub"
MISTAKES = 6  # that are made in an exercise


@dataclass(frozen=True)
class Answer:
    """An answer to an exercise.

    Attributes:
        exercise: Which.
        name: `reference`, `stub`, `alternative …`, `misconception: …` and so on.
        expected: What grading must find.
        make: Gives the text of the reference's file with this answer in it.
        source: The answer's own text, if it has one: the target and its helpers.
    """

    exercise: Exercise
    name: str
    expected: str
    make: Callable[[], str] = field(compare=False)
    source: str = ""


@cache
def stub(exercise: Exercise) -> Answer:
    """Leave an exercise as it was handed out."""
    text = read_reference()[exercise.file]
    return Answer(exercise, STUB, NOT_STARTED, lambda: stub_source(text, (exercise,)))


def bomb(exercise: Exercise, name: str) -> Answer:
    """Put harm where the answer to an exercise belongs."""
    head, _, rest = stub(exercise).make().partition("    raise NotImplementedError(")
    after = rest.partition("\n")[2]
    body = textwrap.indent(BOMBS[name], "    ")
    return Answer(exercise, f"harm: {name}", NOT_PASSED, lambda: f"{head}{body}\n{after}")


@cache
def right_answers(exercise: Exercise) -> tuple[Answer, ...]:
    """List the right answers that the course knows."""
    text = read_reference()[exercise.file]
    others = [
        Answer(exercise, f"alternative {path.stem}", PASSED, partial(splice, text, exercise, source), source)
        for path in alternatives(exercise)
        for source in [path.read_text(encoding="utf-8")]
    ]
    return (Answer(exercise, "reference", PASSED, lambda: text), *others)


@cache
def wrong_answers(exercise: Exercise) -> tuple[Answer, ...]:
    """List some wrong answers that the course knows; of a given program also those with a mistake left in it."""
    text = read_reference()[exercise.file]
    left = [
        Answer(exercise, f"not found: {one.name}", NOT_PASSED, partial(with_changes, text, exercise, [one]))
        for one in mistakes(exercise)
    ]
    made = [
        Answer(exercise, f"misconception: {each.name}", NOT_PASSED, partial(each.apply, text, exercise))
        for each in load_misconceptions(exercise)
    ]
    return tuple([*left, *made][:MISTAKES])


@cache
def read_reference() -> dict[str, str]:
    """Read the reference once."""
    return read_sources(SOLUTIONS)


Edit = tuple[int, int, tuple[str, ...]]  # a slice of the reference's lines, and what stands there instead


def compose(file: str, answers: Iterable[Answer]) -> str:
    """Put several answers into one file of the reference: each changes lines of its own.

    Raises:
        ValueError: Two change the same lines.
    """
    lines = read_reference()[file].split("\n")
    end = len(lines)
    for start, stop, new in sorted((edit for answer in answers for edit in _edits(answer)), reverse=True):
        if stop > end:
            raise ValueError(f"two answers change line {stop} of {file}.py")
        lines[start:stop], end = new, start
    return "\n".join(lines)


@cache
def _edits(answer: Answer) -> tuple[Edit, ...]:
    """Find out once which lines of the reference an answer changes."""
    before, after = read_reference()[answer.exercise.file].split("\n"), answer.make().split("\n")
    changes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return tuple((i, j, tuple(after[k:m])) for kind, i, j, k, m in changes if kind != "equal")
