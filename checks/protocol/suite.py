"""The small language in which checks are written.

A check observes and returns; it asserts nothing. The same check runs on the learner's code and on the reference, with
the same seed, and the referee compares. Where many answers are right, the exercise's `judges.py` decides instead.
"""

import hashlib
import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch

from ..course import Exercise


class Code(Protocol):
    """The package under test: an attribute for each module that checks use."""

    config: Any
    dataset: Any
    encoder: Any
    evaluator: Any
    freezing: Any
    losses: Any
    multitask: Any
    plots: Any
    pooling: Any
    similarity: Any
    tasks: Any
    templates: Any
    trainer: Any


Observe = Callable[[Code, torch.Generator], Any]


@dataclass(frozen=True)
class Check:
    """One claim about an exercise, in a sentence that a learner understands.

    Attributes:
        claim: Completes "the code …": `averages the real tokens of each sentence`.
        observe: Takes the package under test and a seeded generator, and returns what it saw.
        slack: Multiple of the usual tolerance.
    """

    claim: str
    observe: Observe
    slack: float = 1.0


@dataclass
class Suite:
    """All checks of one exercise."""

    checks: list[Check] = field(default_factory=list)

    def check(self, claim: str, *, slack: float = 1.0) -> Callable[[Observe], Observe]:
        """Add a check.

        Args:
            claim: What it finds out, in one sentence.
            slack: Multiple of the usual tolerance.
        """

        def add(observe: Observe) -> Observe:
            self.checks.append(Check(claim, observe, slack))
            return observe

        return add


def load_checks(exercise: Exercise) -> list[Check]:
    """Import the checks of an exercise."""
    suite: Suite = importlib.import_module(f"{exercise.module}.checks").suite
    return suite.checks


def seeded_generator(seed: int, exercise_id: str, claim: str) -> torch.Generator:
    """Give each check random numbers of its own, so that no check changes what another one sees."""
    digest = hashlib.sha256(f"{seed} {exercise_id} {claim}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:7]))
