"""Checks of exercise 5.5, `task_gradients`."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...protocol.suite import Case, Code, Suite, case
from ..inputs import outcome, tenths

suite = Suite(sees="the gradients")


class Shared(NamedTuple):
    """A layer that the tasks share, and the loss of each of them after one forward pass."""

    layer: nn.Linear
    losses: list[Tensor]

    @property
    def parameters(self) -> list[nn.Parameter]:
        """What the tasks share."""
        return list(self.layer.parameters())


def _shared(rng: torch.Generator, tasks: int = 2, batch: int = 2, width: int = 2) -> Shared:
    """Make a layer of `width * 2 + width` numbers, and losses that read what it gives."""
    layer = nn.Linear(2, width)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(tenths(torch.randn(parameter.shape, generator=rng)))
    out = torch.tanh(layer(tenths(torch.randn(batch, 2, generator=rng))))
    heads = [tenths(2 * torch.randn(width, 2, generator=rng)) for _ in range(tasks)]
    labels = [torch.randint(2, (batch,), generator=rng) for _ in range(tasks)]
    return Shared(layer, [F.cross_entropy(out @ head, truth) for head, truth in zip(heads, labels, strict=True)])


def _gradients(code: Code, losses: Sequence[Tensor], parameters: Any) -> Any:
    return code.gradients.task_gradients(losses, parameters)


def _taken(label: str, code: Code, shared: Shared) -> Case:
    return case(label, partial(_gradients, code, shared.losses, shared.parameters))


@suite.check("gives each loss's own gradient in a row of its own")
def rows(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, tasks in {"two tasks": 2, "one task": 1, "three tasks": 3}.items():
        yield _taken(label, code, _shared(rng, tasks))


@suite.check("puts the parameters one after the other, in their order, each flattened by rows")
def order(code: Code, rng: torch.Generator) -> Iterator[Case]:
    shared = _shared(rng, width=3)
    yield _taken("two tasks, weight and bias", code, shared)
    bias_first = shared.parameters[::-1]
    yield case("two tasks, bias and weight", partial(_gradients, code, shared.losses, bias_first))


@suite.check("gives zeros for a parameter that a loss does not depend on")
def unused(code: Code, rng: torch.Generator) -> Iterator[Case]:
    shared, other = _shared(rng), nn.Parameter(torch.ones(2))
    losses = [shared.losses[0], shared.losses[1] + (other * torch.tensor([1.0, 2.0])).sum()]
    yield case("task A without a parameter", partial(_gradients, code, losses, [*shared.parameters, other]))


@suite.check("leaves the parameters' own gradients as they were", sees="`.grad`")
def own_gradients(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, before in {"none before": None, "old ones before": 3.0}.items():
        yield case(label, partial(_own_gradients, code, _shared(rng), before))


def _own_gradients(code: Code, shared: Shared, before: float | None) -> list[Any]:
    for parameter in shared.parameters:
        parameter.grad = None if before is None else torch.full_like(parameter, before)
    _gradients(code, shared.losses, shared.parameters)
    return ["none" if parameter.grad is None else parameter.grad for parameter in shared.parameters]


@suite.check("keeps the graph: `backward` can follow", sees="what follows")
def graph(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("backward of both losses", partial(_then, code, _shared(rng), _backward))
    yield case("the same call again", partial(_then, code, _shared(rng), partial(_again, code)))


def _then(code: Code, shared: Shared, follow: Callable[[Shared], Any]) -> Any:
    _gradients(code, shared.losses, shared.parameters)
    return outcome(partial(follow, shared))


def _backward(shared: Shared) -> list[Any]:
    torch.stack(shared.losses).sum().backward()
    return [parameter.grad for parameter in shared.parameters]


def _again(code: Code, shared: Shared) -> Any:
    return _gradients(code, shared.losses, shared.parameters)


@suite.check("takes parameters of any shape, and a generator of them")
def shapes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    scalar, cube = nn.Parameter(torch.tensor(0.5)), nn.Parameter(tenths(torch.randn(2, 1, 2, generator=rng)))
    losses = [(cube * scalar).square().sum(), (cube.exp() * scalar).sum()]
    yield case("a number and a block", partial(_gradients, code, losses, [scalar, cube]))
    shared = _shared(rng)
    see = partial(lambda: _gradients(code, shared.losses, (each for each in shared.parameters)))
    yield case("a generator", see)


@suite.check("takes the losses as a tuple or a `Pair`", careful=True)
def pairs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    shared = _shared(rng)
    yield case("a tuple", partial(_gradients, code, tuple(shared.losses), shared.parameters))
    yield case("a Pair", partial(_gradients, code, code.tasks.Pair(*shared.losses), shared.parameters))


@suite.check("gives rows that are no part of the graph", sees="whether it needs a gradient", careful=True)
def detached(code: Code, rng: torch.Generator) -> Iterator[Case]:
    shared = _shared(rng)
    yield case("two tasks", lambda: bool(_gradients(code, shared.losses, shared.parameters).requires_grad))
