"""Checks of exercise 7.4, `measure_geometry`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ...protocol.suite import Case, Code, Suite, case, expect_parts
from ..inputs import afterwards, outcome, tenths

suite = Suite(sees="the geometry")


def _unit(rng: torch.Generator, batch: int, dim: int = 2) -> Tensor:
    return F.normalize(torch.randn(batch, dim, generator=rng), dim=1)


def _angles(*degrees: float) -> Tensor:
    radians = torch.deg2rad(torch.tensor(degrees))
    return torch.stack([radians.cos(), radians.sin()], dim=1)


def _near(rng: torch.Generator, anchors: Tensor) -> Tensor:
    return F.normalize(anchors + 0.4 * torch.randn(anchors.shape, generator=rng), dim=1)


def _part(code: Code, index: int, anchors: Tensor, partners: Tensor) -> Any:
    found = expect_parts(code.geometry.measure_geometry(anchors, partners), "the alignment", "the uniformity")
    return {("the alignment", "the uniformity")[index]: found[index]}


def _measured(label: str, code: Code, index: int, anchors: Tensor, partners: Tensor) -> Case:
    return case(label, partial(_part, code, index, anchors, partners), anchors=anchors, partners=partners)


@suite.check("gives the mean squared distance of the pairs as the alignment")
def alignment(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, batch, dim in (("two pairs", 2, 2), ("three pairs", 3, 2), ("five pairs, eight dimensions", 5, 8)):
        anchors = _unit(rng, batch, dim)
        yield _measured(label, code, 0, anchors, _near(rng, anchors))


@suite.check("gives an alignment of 0 for equal pairs, and of 4 for opposite ones")
def extremes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    anchors = _unit(rng, 3)
    yield _measured("three pairs, equal", code, 0, anchors, anchors.clone())
    yield _measured("three pairs, opposite", code, 0, anchors, -anchors)


@suite.check("gives the logarithm of the mean of `exp(-2 * distance²)` over the anchors' pairs as the uniformity")
def uniformity(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, batch, dim in (("two anchors", 2, 2), ("three anchors", 3, 2), ("six anchors, eight dimensions", 6, 8)):
        anchors = _unit(rng, batch, dim)
        yield _measured(label, code, 1, anchors, _near(rng, anchors))


@suite.check("gives a uniformity of 0 where all anchors are the same, and of -8 for two opposite ones")
def collapsed(code: Code, rng: torch.Generator) -> Iterator[Case]:
    same = _angles(30, 30, 30)
    yield _measured("three anchors, all the same", code, 1, same, _near(rng, same))
    opposite = _angles(30, 210)
    yield _measured("two anchors, opposite", code, 1, opposite, _near(rng, opposite))


@suite.check("looks at the anchors alone for the uniformity, and at each pair of two of them once")
def anchors_alone(code: Code, rng: torch.Generator) -> Iterator[Case]:
    anchors = _angles(0, 60, 150)
    for label, partners in {"partners near": _near(rng, anchors), "partners elsewhere": _unit(rng, 3)}.items():
        yield _measured(f"three anchors, {label}", code, 1, anchors, partners)


@suite.check("brings the embeddings to length 1 first")
def lengths(code: Code, rng: torch.Generator) -> Iterator[Case]:
    anchors = _unit(rng, 3)
    partners, factors = _near(rng, anchors), torch.tensor([[0.5], [2.0], [3.0]])
    for index, name in enumerate(("the alignment", "the uniformity")):
        yield _measured(f"three anchors, longer, {name}", code, index, anchors * factors, partners)
        yield _measured(f"three anchors, partners longer, {name}", code, index, anchors, partners * factors)


@suite.check("gives plain numbers, named `alignment` and `uniformity`")
def names(code: Code, rng: torch.Generator) -> Iterator[Case]:
    anchors = _unit(rng, 3)
    partners = _near(rng, anchors)
    yield case("three pairs", partial(_names, code, anchors, partners), anchors=anchors, partners=partners)


def _names(code: Code, anchors: Tensor, partners: Tensor) -> dict[str, Any]:
    found = code.geometry.measure_geometry(anchors, partners)
    return {"the alignment": found.alignment, "the uniformity": found.uniformity}


@suite.check("takes half precision without losing digits", careful=True, slack=20)
def half_precision(code: Code, rng: torch.Generator) -> Iterator[Case]:
    anchors = _unit(rng, 4, 8)
    partners = _near(rng, anchors)
    for dtype in (torch.float16, torch.bfloat16):
        for index in range(2):
            label = f"{str(dtype).removeprefix('torch.')}, {('the alignment', 'the uniformity')[index]}"
            yield _measured(label, code, index, anchors.to(dtype), partners.to(dtype))


@suite.check("refuses a single anchor, which makes no pair", careful=True)
def single(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, size in {"one anchor": 1, "no anchor": 0}.items():
        given = {"anchors": torch.ones(size, 2), "partners": torch.ones(size, 2)}
        yield case(label, partial(outcome, partial(code.geometry.measure_geometry, **given)), **given)


@suite.check("leaves its inputs as they were", careful=True)
def inputs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    given = {"anchors": tenths(3 * _unit(rng, 3)), "partners": tenths(2 * _unit(rng, 3))}
    yield case("three pairs", partial(afterwards, code.geometry.measure_geometry, **given), **given)
