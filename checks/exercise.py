"""The small language in which checks are written.

A check observes and returns; it asserts nothing. The same check runs on the learner's code and on the reference, with
the same seed, and the referee compares. Where many answers are right, a `judge` decides instead.
"""

import hashlib
import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch

from .course import load_course

Observe = Callable[[Any, torch.Generator], Any]
Judge = Callable[[Any, Any], str | None]


@dataclass(frozen=True)
class Check:
    """One claim about an exercise, in a sentence that a learner understands.

    Attributes:
        claim: Completes "the code …": `averages the real tokens of each sentence`.
        observe: Takes the course and a seeded generator, and returns what it saw.
        judge: Takes the learner's observation and the reference's; returns what is wrong, or None.
        slack: Multiple of the usual tolerance.
    """

    claim: str
    observe: Observe
    judge: Judge | None = None
    slack: float = 1.0


@dataclass
class Suite:
    """All checks of one exercise."""

    checks: list[Check] = field(default_factory=list)

    def check(self, claim: str, *, judge: Judge | None = None, slack: float = 1.0) -> Callable[[Observe], Observe]:
        """Add a check.

        Args:
            claim: What it finds out, in one sentence.
            judge: Decides where many answers are right.
            slack: Multiple of the usual tolerance.
        """

        def add(observe: Observe) -> Observe:
            self.checks.append(Check(claim, observe, judge, slack))
            return observe

        return add


_suites: dict[str, Suite] = {}


def exercise(id: str) -> Suite:
    """Start the checks of an exercise."""
    _suites[id] = Suite()
    return _suites[id]


def load_suite(id: str) -> Suite:
    """Import the checks of an exercise."""
    importlib.import_module(f"{__package__}.exercises.{load_course().exercise(id).file}")
    return _suites[id]


def seeded_generator(seed: int, id: str, claim: str) -> torch.Generator:
    """Give each check random numbers of its own, so that no check changes what another one sees."""
    digest = hashlib.sha256(f"{seed} {id} {claim}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:7]))
