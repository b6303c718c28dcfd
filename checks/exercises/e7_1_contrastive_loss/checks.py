"""Checks of exercise 7.1, `contrastive_loss`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ...protocol.suite import Case, Code, Suite, case
from ..inputs import afterwards, outcome, send_back, tenths

suite = Suite(sees="the loss")


def _rows(rng: torch.Generator, batch: int, dim: int = 2) -> Tensor:
    """Make embeddings, `(batch, dim)`, none of them near 0, each of another length."""
    rows = torch.randn(batch, dim, generator=rng)
    lengths = torch.linspace(1, 2, batch).unsqueeze(1)
    return tenths(rows / rows.norm(dim=1, keepdim=True) * lengths)


def _pairs(rng: torch.Generator, batch: int, more: int = 0, dim: int = 2) -> dict[str, Tensor]:
    """Make anchors, and candidates of which the first ones are near theirs."""
    anchors = _rows(rng, batch, dim)
    near = tenths(anchors * 1.3 + 0.4 * torch.randn(batch, dim, generator=rng))
    return {"anchors": anchors, "candidates": torch.cat([near, _rows(rng, more, dim)]) if more else near}


def _asked(label: str, code: Code, given: dict[str, Any]) -> Case:
    """Make the case of some arguments."""
    return case(label, partial(code.contrastive.contrastive_loss, **given), **given)


def _mask(rows: int, columns: int, *places: tuple[int, int]) -> Tensor:
    mask = torch.zeros(rows, columns, dtype=torch.bool)
    for row, column in places:
        mask[row, column] = True
    return mask


@suite.check("asks of each anchor which candidate is its own, and averages over the anchors")
def in_batch(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, batch in {"two anchors": 2, "three anchors": 3, "six anchors": 6}.items():
        yield _asked(label, code, {**_pairs(rng, batch), "temperature": 1.0})


@suite.check("divides the cosines by the temperature")
def temperatures(code: Code, rng: torch.Generator) -> Iterator[Case]:
    pairs = _pairs(rng, 2)
    for temperature in (0.5, 0.1, 2.0):
        yield _asked(f"two anchors, a temperature of {temperature}", code, {**pairs, "temperature": temperature})
    yield _asked("two anchors, the default temperature", code, pairs)


@suite.check("compares directions: how long an embedding is does not count")
def lengths(code: Code, rng: torch.Generator) -> Iterator[Case]:
    pairs = _pairs(rng, 2)
    longer = {"anchors": 3 * pairs["anchors"], "candidates": pairs["candidates"]}
    yield _asked("two anchors, three times as long", code, {**longer, "temperature": 1.0})
    longer = {"anchors": pairs["anchors"], "candidates": 3 * pairs["candidates"]}
    yield _asked("two anchors, candidates three times as long", code, {**longer, "temperature": 1.0})


@suite.check("takes candidates beyond the batch as negatives of every anchor")
def more_candidates(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, batch, more in (("one anchor", 1, 1), ("two anchors", 2, 1), ("three anchors", 3, 5)):
        yield _asked(f"{label}, more candidates", code, {**_pairs(rng, batch, more), "temperature": 1.0})


@suite.check("takes a candidate that is excluded for an anchor as no negative of it")
def excluded(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "two anchors, one pair excluded": (2, 0, ((0, 1),)),
        "three anchors, three pairs excluded": (3, 0, ((0, 2), (1, 0), (1, 2))),
        "two anchors, more candidates, one pair excluded": (2, 2, ((1, 3),)),
    }
    for label, (batch, more, places) in cases.items():
        mask = _mask(batch, batch + more, *places)
        yield _asked(label, code, {**_pairs(rng, batch, more), "excluded": mask, "temperature": 1.0})


@suite.check("keeps each anchor's own candidate, even if it stands among the excluded")
def own_candidate(code: Code, rng: torch.Generator) -> Iterator[Case]:
    groups = torch.tensor([0, 1, 0])
    mask = groups.unsqueeze(1) == groups
    yield _asked("three anchors of two groups", code, {**_pairs(rng, 3), "excluded": mask, "temperature": 1.0})
    pairs = _pairs(rng, 2)
    yield _asked("two anchors of one group", code, {**pairs, "excluded": mask[::2, ::2], "temperature": 1.0})


@suite.check("sends gradients to the anchors and to the candidates, and none where a candidate is excluded")
def gradients(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, mask in {"two anchors": None, "two anchors, one pair excluded": _mask(2, 3, (0, 2), (1, 2))}.items():
        given = {**_pairs(rng, 2, 1), "excluded": mask}
        yield case(label, partial(_gradients, code, given), **given)


def _gradients(code: Code, given: dict[str, Any]) -> dict[str, Tensor | None]:
    anchors, candidates = (given[name].clone().requires_grad_() for name in ("anchors", "candidates"))
    loss = code.contrastive.contrastive_loss(anchors, candidates, given["excluded"], 0.5)
    send_back(loss, torch.ones(()), "the loss")
    return {"the gradient of the anchors": anchors.grad, "the gradient of the candidates": candidates.grad}


@suite.check("gives 0 where every anchor has its own candidate alone")
def alone(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _asked("one anchor", code, _pairs(rng, 1))
    yield _asked(
        "two anchors, all other pairs excluded", code, {**_pairs(rng, 2), "excluded": ~_mask(2, 2, (0, 0), (1, 1))}
    )


@suite.check("stays finite at very small temperatures", careful=True)
def cold(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for temperature in (0.01, 0.001):
        yield _asked(
            f"four anchors, a temperature of {temperature}", code, {**_pairs(rng, 4), "temperature": temperature}
        )


@suite.check("refuses a temperature that is not greater than 0", careful=True)
def refused(code: Code, rng: torch.Generator) -> Iterator[Case]:
    pairs = _pairs(rng, 2)
    for temperature in (0, -0.05, float("nan")):
        given = {**pairs, "temperature": temperature}
        see = partial(outcome, partial(code.contrastive.contrastive_loss, **given))
        yield case(f"a temperature of {temperature}", see, **given)


@suite.check("leaves its inputs as they were", careful=True)
def inputs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    given = {**_pairs(rng, 2, 1), "excluded": _mask(2, 3, (0, 0), (0, 2))}
    yield case("two anchors", partial(afterwards, code.contrastive.contrastive_loss, **given), **given)
