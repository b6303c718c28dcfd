"""Checks of exercise 7.3, `hard_negatives`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ...protocol.suite import Case, Code, Suite, case
from ..inputs import afterwards, outcome

suite = Suite(sees="the positions")


def _arc(*degrees: float) -> Tensor:
    """Make embeddings of length 1 at these angles, `(batch, 2)`: how near two are can be read off."""
    angles = torch.deg2rad(torch.tensor(degrees))
    return torch.stack([angles.cos(), angles.sin()], dim=1)


def _found(label: str, code: Code, embeddings: Tensor, groups: list[int], count: int | None = None) -> Case:
    """Make the case of some embeddings."""
    given: dict[str, Any] = {"embeddings": embeddings, "groups": torch.tensor(groups)}
    if count is not None:
        given["count"] = count
    return case(label, partial(code.contrastive.hard_negatives, **given), **given)


def _turned(rng: torch.Generator, *degrees: float) -> Tensor:
    """Turn all angles by the same amount, so that no position can be known beforehand."""
    turn = float(torch.randint(360, (1,), generator=rng))
    return _arc(*(turn + degree for degree in degrees))


@suite.check("finds for each sentence the most similar one of another group")
def nearest(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _found("three sentences, two groups", code, _turned(rng, 0, 20, 50), [0, 1, 1], 1)
    yield _found("four sentences, two groups", code, _turned(rng, 0, 10, 40, 75), [0, 0, 1, 1], 1)
    yield _found("six sentences, three groups", code, _turned(rng, 0, 12, 31, 80, 95, 140), [0, 1, 0, 2, 1, 2], 1)


@suite.check("leaves out a sentence's own group, however similar")
def own_group(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _found("two groups, far apart", code, _turned(rng, 0, 2, 5, 170, 176, 178.5), [0, 0, 0, 1, 1, 1], 1)
    yield _found("two groups, nearly equal embeddings in one", code, _turned(rng, 0, 1, 90, 130), [0, 0, 1, 1], 1)


@suite.check("finds as many as are asked for, the most similar first")
def several(code: Code, rng: torch.Generator) -> Iterator[Case]:
    angles = _turned(rng, 0, 15, 33, 60, 78, 120)
    for count in (2, 3):
        yield _found(f"six sentences, {count} each", code, angles, [0, 1, 0, 1, 0, 1], count)
    yield _found("six sentences, one each by default", code, angles, [0, 1, 0, 1, 0, 1])


@suite.check("takes the most similar one even if all cosines are negative")
def opposite(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _found("two groups, opposite to each other", code, _turned(rng, 0, 20, 150, 195), [0, 0, 1, 1], 1)


@suite.check("compares directions: how long an embedding is does not count")
def lengths(code: Code, rng: torch.Generator) -> Iterator[Case]:
    lengths = torch.tensor([[1.0], [0.5], [9.0], [2.0]])
    yield _found("four sentences, of other lengths", code, _turned(rng, 0, 20, 70, 100) * lengths, [0, 1, 1, 0], 1)


@suite.check("takes any numbers for groups, in any order")
def numbers(code: Code, rng: torch.Generator) -> Iterator[Case]:
    angles = _turned(rng, 0, 25, 55, 95)
    yield _found("groups 7 and -100", code, angles, [7, -100, -100, 7], 1)
    yield _found("each sentence a group of its own", code, angles, [3, 1, 2, 0], 2)


@suite.check("finds them among many, at random", sees="the positions")
def many(code: Code, rng: torch.Generator) -> Iterator[Case]:
    groups = torch.randint(4, (40,), generator=rng).tolist()
    yield _found("forty sentences, four groups", code, torch.randn(40, 8, generator=rng), groups, 5)


@suite.check("refuses to give fewer than were asked for", careful=True)
def too_few(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, groups, count in (
        ("one group alone", [0, 0, 0], 1),
        ("one sentence of the other group, two asked for", [0, 0, 1], 2),
    ):
        given = {"embeddings": _turned(rng, 0, 40, 90), "groups": torch.tensor(groups), "count": count}
        yield case(label, partial(outcome, partial(code.contrastive.hard_negatives, **given)), **given)


@suite.check("leaves its inputs as they were", careful=True)
def inputs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    given = {"embeddings": 2 * _turned(rng, 0, 20, 50), "groups": torch.tensor([0, 1, 1])}
    yield case("three sentences", partial(afterwards, code.contrastive.hard_negatives, **given), **given)
