"""Checks of exercise 5.6, `project_conflict`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ...protocol.suite import Case, Code, Suite, case, expect, expect_parts
from ..inputs import afterwards, tenths

suite = Suite(sees="the gradients")

NAMES = ("the gradient of task A", "the gradient of task B")


def _projected(code: Code, gradient_a: Tensor, gradient_b: Tensor) -> dict[str, Any]:
    pair = expect_parts(code.gradients.project_conflict(gradient_a, gradient_b), *NAMES)
    return dict(zip(NAMES, pair, strict=True))


def _of(label: str, code: Code, gradient_a: Tensor, gradient_b: Tensor) -> Case:
    """Make the case of two gradients."""
    return case(label, partial(_projected, code, gradient_a, gradient_b), gradient_a=gradient_a, gradient_b=gradient_b)


def _two(rng: torch.Generator, sign: int, weights: int = 2) -> tuple[Tensor, Tensor]:
    """Make two gradients of different length, whose dot product has this sign and is not near 0."""
    first, aside = torch.randn(2, weights, generator=rng)
    aside = aside - (aside @ first) / (first @ first) * first
    return tenths(first * 2 / first.norm()), tenths(sign * 0.7 * first / first.norm() + aside / aside.norm())


@suite.check("takes out of each conflicting gradient what points against the other one")
def conflict(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _of("two weights, conflicting", code, torch.tensor([1.0, 0.0]), torch.tensor([-1.0, 1.0]))
    for label, weights in {"two weights": 2, "three weights": 3, "eight weights": 8}.items():
        yield _of(f"{label}, conflicting, at random", code, *_two(rng, -1, weights))


@suite.check("leaves gradients that agree as they are")
def agreement(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _of("two weights, agreeing", code, torch.tensor([1.0, 0.0]), torch.tensor([1.0, 1.0]))
    yield _of("five weights, agreeing", code, *_two(rng, 1, 5))
    yield _of("two weights, perpendicular", code, torch.tensor([2.0, 0.0]), torch.tensor([0.0, 3.0]))


@suite.check("gives gradients that work against the other task no more", sees="the dot products")
def no_more(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, weights in {"two weights": 2, "six weights": 6}.items():
        first, second = _two(rng, -1, weights)
        see = partial(_dots, code, first, second)
        yield case(f"{label}, conflicting", see, gradient_a=first, gradient_b=second)


def _dots(code: Code, first: Tensor, second: Tensor) -> dict[str, Any]:
    a, b = (expect(Tensor, each, name) for name, each in _projected(code, first, second).items())
    return {"task A's new gradient on task B's old one": a @ second, "task B's new one on task A's old one": b @ first}


@suite.check("decides by the whole gradient: some weights may conflict while all together agree")
def whole(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _of(
        "three weights, one against the others", code, torch.tensor([1.0, 2.0, 1.0]), torch.tensor([-1.0, 2.0, 1.0])
    )
    yield _of(
        "three weights, two against the other", code, torch.tensor([2.0, 2.0, 1.0]), torch.tensor([-1.0, -2.0, 1.0])
    )


@suite.check("takes gradients of very different lengths")
def lengths(code: Code, rng: torch.Generator) -> Iterator[Case]:
    first, second = _two(rng, -1, 3)
    yield _of("three weights, task A a hundred times as strong", code, 100 * first, second)
    yield _of("three weights, task B a hundred times as strong", code, first, 100 * second)


@suite.check("leaves nothing of gradients that are exactly opposite")
def opposite(code: Code, rng: torch.Generator) -> Iterator[Case]:
    first = torch.tensor([1.0, -2.0, 0.5])
    yield _of("three weights, opposite", code, first, -2 * first)


@suite.check("takes a gradient of zeros, which conflicts with nothing", careful=True)
def zeros(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _of("task A has zeros", code, torch.zeros(3), torch.tensor([1.0, -1.0, 2.0]))
    yield _of("task B has zeros", code, torch.tensor([1.0, -1.0, 2.0]), torch.zeros(3))
    yield _of("both have zeros", code, torch.zeros(3), torch.zeros(3))


@suite.check("leaves its inputs as they were", careful=True)
def inputs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    first, second = _two(rng, -1, 3)
    see = partial(afterwards, code.gradients.project_conflict, gradient_a=first, gradient_b=second)
    yield case("three weights, conflicting", see, gradient_a=first, gradient_b=second)


@suite.check("gives a `Pair`", sees="its fields", careful=True)
def pair(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sign in {"conflicting": -1, "agreeing": 1}.items():
        first, second = _two(rng, sign, 3)
        see = partial(_fields, code, first, second)
        yield case(f"three weights, {label}", see, gradient_a=first, gradient_b=second)


def _fields(code: Code, first: Tensor, second: Tensor) -> dict[str, Any]:
    found = code.gradients.project_conflict(first, second)
    return {"taskA": found.taskA, "taskB": found.taskB}
