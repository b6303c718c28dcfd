"""Checks of exercise 4.14, `fit`. Each sees one promise kept, whatever else is still wrong.

A linear layer notes its weights and its mode whenever it is asked: from that, every step can be told. A training sample
holds positive numbers, one for validation negative ones.
"""

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from ...protocol.suite import Case, Code, Suite, expect
from ..inputs import tenths

suite = Suite()

Batch = tuple[Tensor, Tensor]
LARGE = 1e6  # a norm that nothing reaches
RATE = 1e-3


class Probe(nn.Linear):
    """A linear layer of zeros for two classes that notes what happens to it."""

    def __init__(self, width: int) -> None:
        super().__init__(width, 2, dtype=torch.float64)
        nn.init.zeros_(self.weight)
        nn.init.zeros_(self.bias)
        self.notes: list[tuple[bool, bool, Tensor]] = []  # validation?, train mode?, weights and biases

    def forward(self, inputs: Tensor) -> Tensor:
        """Note, then compute."""
        self.notes.append((bool((inputs < 0).any()), self.training, self.numbers()))
        return super().forward(inputs)

    def numbers(self) -> Tensor:
        """Copy weights and biases, `(classes, width + 1)`."""
        return torch.cat([self.weight, self.bias.unsqueeze(1)], dim=1).detach().clone()


def _sample(width: int, place: int, value: float = 1.0, label: int = 0, size: int = 1) -> Batch:
    """Make a batch whose samples have one number that is not zero."""
    inputs = torch.zeros(size, width, dtype=torch.float64)
    inputs[:, place] = value
    return inputs, torch.full((size,), label)


def _fit(code: Code, probe: Probe, train: list[Batch], validation: list[Batch] | None = None, **options: Any) -> Any:
    validation = validation or [_sample(probe.in_features, 0, -1.0)]
    options = {"epochs": 1, "learning_rate": RATE, "max_norm": LARGE, **options}
    return code.faults.training.fit(probe, train, validation, **options)


def _steps(probe: Probe) -> list[Tensor]:
    """Give how far each step has moved the weights: from one training batch to whatever came next."""
    moments = [(numbers, is_validation) for is_validation, _, numbers in probe.notes]
    return [after - before for (before, skip), (after, _) in pairwise(moments) if not skip]


def _followed(code: Code, count: int) -> dict[str, str]:
    """Tell of each step whether it moves the weights that its own batch reaches, and others."""
    probe = Probe(count)
    _fit(code, probe, [_sample(count, place) for place in range(count)])
    found = {}
    for place, step in enumerate(_steps(probe)):
        moved = {column for column in range(count) if step[:, column].abs().max() > 1e-9}
        names = {frozenset({place}): "its own batch", frozenset(): "nothing"}
        found[f"step {place + 1} follows"] = names.get(frozenset(moved), "other batches as well")
    return found


@suite.check("follows in each step the gradient of its own batch")
def own_gradient(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, count in {"one batch": 1, "two batches": 2, "four batches": 4}.items():
        yield Case(label, partial(_followed, code, count), {})


def _rates(code: Code, epochs: int, count: int) -> dict[str, float]:
    """Give the learning rate of each step as a share of the first one's that was asked for."""
    probe = Probe(count)
    _fit(code, probe, [_sample(count, place) for place in range(count)], epochs=epochs)
    own = [step[:, number % count].abs().max().item() for number, step in enumerate(_steps(probe))]
    return {f"step {number}": round(2 * moved / RATE, 2) for number, moved in enumerate(own, start=1)}


@suite.check("lets the learning rate fall from step to step")
def schedule(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, epochs, count in (
        ("one epoch, one batch", 1, 1),
        ("one epoch, four batches", 1, 4),
        ("two epochs", 2, 2),
    ):
        yield Case(label, partial(_rates, code, epochs, count), {})


def _modes(code: Code, epochs: int, training: bool) -> dict[str, str]:
    """Tell in which mode the model is for each batch."""
    probe = Probe(1)
    probe.train(training)
    _fit(code, probe, [_sample(1, 0)], epochs=epochs)
    counts = {True: 0, False: 0}
    found = {}
    for is_validation, mode, _ in probe.notes:
        counts[is_validation] += 1
        found[f"{'validation' if is_validation else 'training'}, epoch {counts[is_validation]}"] = (
            "train mode" if mode else "eval mode"
        )
    return found


@suite.check("trains in train mode in every epoch")
def modes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield Case("one epoch", partial(_modes, code, 1, True), {})
    yield Case("three epochs", partial(_modes, code, 3, True), {})


@suite.check("trains in train mode whatever the model's mode was before")
def mode_before(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield Case("a model in eval mode", partial(_modes, code, 1, False), {})


def _norm(code: Code, value: float) -> dict[str, float]:
    """Give the norm of the gradient that the first step follows."""
    probe = Probe(1)
    _fit(code, probe, [_sample(1, 0, value)], max_norm=1.0)
    return {"the norm that the step follows": round(_steps(probe)[0].norm().item() / RATE, 2)}


@suite.check("takes no step that is longer than it may be")
def clipped(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, value in {"a short gradient": 0.5, "a gradient that is too long": 100.0}.items():
        yield Case(label, partial(_norm, code, value), {})


def _best(code: Code, label: int) -> dict[str, str]:
    """Tell from which epoch the weights at the end are."""
    probe = Probe(1)
    _fit(code, probe, [_sample(1, 0)], [_sample(1, 0, -3.0, label)], epochs=3, learning_rate=0.1)
    kept = [numbers for is_validation, _, numbers in probe.notes if is_validation]
    places = [f"epoch {number}" for number, one in enumerate(kept, start=1) if torch.equal(one, probe.numbers())]
    return {"the weights at the end are those of": places[0] if places else "no epoch"}


@suite.check("has the best epoch's weights at the end")
def best_weights(code: Code, rng: torch.Generator) -> Iterator[Case]:
    # Far on the other side, the other class is the same thing to learn.
    yield Case("validation gets better", partial(_best, code, 1), {})
    yield Case("validation gets worse", partial(_best, code, 0), {})


def _history(code: Code, sizes: tuple[int, ...], weight: float) -> list[dict[str, float]]:
    """Give the history of a model that does not move."""
    probe = Probe(2)
    nn.init.constant_(probe.weight[0], weight)
    train = [_sample(2, 0, 1.0 + place, place % 2, size) for place, size in enumerate(sizes)]
    validation = [_sample(2, 1, -1.0 - place, place % 2, size) for place, size in enumerate(sizes)]
    history = expect(list, _fit(code, probe, train, validation, epochs=2, learning_rate=0.0), "the history")
    return [{name: float(value) for name, value in expect(dict, epoch, "an epoch").items()} for epoch in history]


@suite.check("gives for each epoch the mean losses over all samples", sees="the history")
def history(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sizes in {"one batch": (2,), "batches of one size": (2, 2), "batches of unequal size": (4, 1)}.items():
        yield Case(label, partial(_history, code, sizes, float(tenths(1 + torch.rand(1, generator=rng)))), {})
