"""The small language in which checks are written.

A check observes; it asserts nothing. It yields cases of growing size, each with a label, so that the referee can tell
for which the answer is right and for which it is wrong. The same check runs on the learner's code and on the reference,
with the same seed, and the referee compares. Where many answers are right, the exercise's `judges.py` decides instead.
"""

import hashlib
import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import torch

from ..course import Exercise
from .verdicts import Part

T = TypeVar("T")


class Code(Protocol):
    """The package under test: an attribute for each module that checks use."""

    baselines: Any
    calibration: Any
    confidence: Any
    config: Any
    contrastive: Any
    dataset: Any
    early_stopping: Any
    encoder: Any
    entities: Any
    evaluator: Any
    faults: Any
    freezing: Any
    geometry: Any
    gradients: Any
    losses: Any
    mistakes: Any
    movements: Any
    multitask: Any
    plots: Any
    pooling: Any
    reviews: Any
    similarity: Any
    tagging: Any
    tags: Any
    tasks: Any
    templates: Any
    trainer: Any


@dataclass(frozen=True)
class Case:
    """One input of a check.

    Attributes:
        label: What sets it apart, in traits separated by commas: `two sentences, one padded`.
        see: Calls the code under test, and gives what came out.
        inputs: What goes in, by name, for a picture of it; what was not in there cannot be shown.
    """

    label: str
    see: Callable[[], Any]
    inputs: dict[str, Any]


def case(label: str, see: Callable[..., Any], **inputs: Any) -> Case:
    """Make a case: `case("two sentences, one padded", partial(pool, tokens, mask), tokens=tokens, mask=mask)`."""
    return Case(label, see, inputs)


Observe = Callable[[Code, torch.Generator], Any]


@dataclass(frozen=True)
class Check:
    """One claim about an exercise, in a sentence that a learner understands.

    Attributes:
        claim: Completes "the code …": `averages the real tokens of each sentence`.
        observe: Takes the package under test and a seeded generator. It yields cases, the smallest first, or returns
            what it saw, if there is only one case.
        sees: Name of what a case sees, if that is no dictionary of names: `the mean`.
        part: Whether it is about the idea or about an edge.
        slack: Multiple of the usual tolerance.
    """

    claim: str
    observe: Observe
    sees: str
    part: Part = Part.WORKS
    slack: float = 1.0


@dataclass
class Suite:
    """All checks of one exercise.

    Attributes:
        sees: Name of what its checks see, if they say nothing else.
    """

    sees: str = "what came back"
    checks: list[Check] = field(default_factory=list)

    def check(
        self, claim: str, *, sees: str = "", careful: bool = False, slack: float = 1.0
    ) -> Callable[[Observe], Observe]:
        """Add a check.

        Args:
            claim: What it finds out, in one sentence.
            sees: Name of what a case sees, in words of the exercise.
            careful: It is about an edge that ordinary code may miss; a reviewer would let it pass.
            slack: Multiple of the usual tolerance.
        """

        def add(observe: Observe) -> Observe:
            part = Part.CAREFUL if careful else Part.WORKS
            self.checks.append(Check(claim, observe, sees or self.sees, part, slack))
            return observe

        return add


class WrongForm(Exception):
    """What came back is of another form than was asked for, so that the check cannot go on."""


def expect(kind: type[T], value: Any, name: str = "what came back") -> T:
    """Look at what came back before it is used.

    Args:
        kind: Of which type it must be.
        value: What came back.
        name: Of it, in words of the exercise.

    Raises:
        WrongForm: It is something else.
    """
    if not isinstance(value, kind):
        raise WrongForm(f"{name}: {a(kind.__name__)} was expected, got {a(type(value).__name__)}")
    return value


def expect_parts(value: Any, *names: str) -> list[Any]:
    """Take a tuple apart that came back.

    Args:
        value: What came back.
        names: Of its items.

    Raises:
        WrongForm: It is no tuple of so many items.
    """
    wanted = f"a tuple of {len(names)} was expected: {', '.join(names)}"
    if not isinstance(value, tuple | list):
        raise WrongForm(f"{wanted}; got {a(type(value).__name__)}")
    if len(value) != len(names):
        raise WrongForm(f"{wanted}; got {len(value)} items")
    return list(value)


def a(name: str) -> str:
    """Put an article before the name of a type."""
    if name == "NoneType":
        return "None"
    return f"{'an' if name[:1].lower() in 'aeio' else 'a'} {name}"


def load_checks(exercise: Exercise) -> list[Check]:
    """Import the checks of an exercise: first those of the idea, then the careful ones."""
    suite: Suite = importlib.import_module(f"{exercise.module}.checks").suite
    return sorted(suite.checks, key=lambda check: check.part is Part.CAREFUL)


def seeded_generator(seed: int, exercise_id: str, claim: str) -> torch.Generator:
    """Give each check random numbers of its own, so that no check changes what another one sees."""
    digest = hashlib.sha256(f"{seed} {exercise_id} {claim}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:7]))
