"""Checks of exercise 4.6, `combined_loss`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ...protocol.suite import Case, Code, Suite, case, expect
from ..inputs import HALVES, afterwards, logits_and_labels, tenths

suite = Suite(sees="the loss")

NAMES = ("taskA_logits", "taskB_logits", "taskA_labels", "taskB_labels")

Batch = tuple[Tensor, ...]


def _batch(rng: torch.Generator, labelsA: tuple[int, ...], labelsB: tuple[int, ...], classes: tuple[int, int]) -> Batch:
    """Make logits that can be followed by hand, and the labels given."""
    logits = (tenths(2 * torch.randn(len(labelsA), number, generator=rng)) for number in classes)
    return *logits, torch.tensor(labelsA), torch.tensor(labelsB)


def _loss(code: Code, label: str, batch: Batch, *weights: float, **named: float) -> Case:
    """Make the case of one batch."""
    shown = dict(zip(NAMES, batch, strict=True)) | dict(zip(("alpha", "beta"), weights, strict=False)) | named
    return case(label, partial(code.losses.combined_loss, *batch, *weights, **named), **shown)


BATCHES: dict[str, tuple[tuple[int, ...], tuple[int, ...], tuple[int, int]]] = {
    "one sentence, two classes": ((0,), (1,), (2, 2)),
    "one sentence, three classes": ((2,), (0,), (3, 2)),
    "two sentences, of different classes": ((1, 0), (0, 1), (2, 2)),
    "three sentences, two of one class": ((1, 0, 0), (1, 1, 0), (2, 2)),
}


@suite.check("adds the two cross-entropies, each times its own weight")
def weighted_sum(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, (labelsA, labelsB, classes) in BATCHES.items():
        yield _loss(code, label, _batch(rng, labelsA, labelsB, classes), 0.5, 2.0)


@suite.check("weighs task A with 0.6 and task B with 0.8 by default")
def default_weights(code: Code, rng: torch.Generator) -> Iterator[Case]:
    given: dict[str, dict[str, float]] = {
        "no weights given": {},
        "only alpha given": {"alpha": 0.3},
        "only beta given": {"beta": 0.3},
    }
    for label, weights in given.items():
        yield _loss(code, label, _batch(rng, (0,), (1,), (2, 2)), **weights)


@suite.check("leaves a task out whose weight is 0")
def zero_weights(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, weights in {"beta is 0": (1.0, 0.0), "alpha is 0": (0.0, 3.0)}.items():
        yield _loss(code, label, _batch(rng, (0,), (1,), (2, 2)), *weights)


@suite.check("averages over the sentences, whether there is one or many")
def batch_sizes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for size in (1, 2, 9, 64):
        label = "one sentence" if size == 1 else f"{size} sentences"
        yield _loss(code, label, logits_and_labels(rng, size), 0.5, 2.0)


@suite.check("takes any number of classes")
def class_numbers(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for a, b in ((2, 2), (2, 5), (7, 4)):
        yield _loss(code, f"{a} and {b} classes", logits_and_labels(rng, 7, (a, b)), 0.5, 2.0)


@suite.check("sends each task's logits their share of the gradient")
def logits_gradient(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label in ("one sentence, two classes", "three sentences, two of one class"):
        batch = _batch(rng, *BATCHES[label])
        yield case(label, partial(_gradients, code, batch), **dict(zip(NAMES, batch, strict=True)))


def _gradients(code: Code, batch: Batch) -> dict[str, Any]:
    """Give the loss's gradients; none where nothing leads from it to the logits."""
    logits = [tensor.clone().requires_grad_() for tensor in batch[:2]]
    loss = expect(Tensor, code.losses.combined_loss(*logits, *batch[2:], 0.5, 2.0), "the loss")
    found = torch.autograd.grad(loss.sum(), logits, allow_unused=True) if loss.requires_grad else (None, None)
    return {f"the gradient of {name}": gradient for name, gradient in zip(NAMES, found, strict=False)}


# Of task A; task B has the same with the sign turned, so that one of the two is put into the wrong class.
LARGE = {
    "30 apart": ([[30.0, 0.0]], [0]),
    "1000 apart": ([[1000.0, 0.0]], [0]),
    "1 apart, both large": ([[200.0, 199.0]], [1]),
    "three sentences, up to 1000 apart": ([[1000.0, 0.0], [-1000.0, 0.0], [200.0, 199.0]], [0, 0, 1]),
}


@suite.check("stays exact for very large logits", careful=True)
def large_logits(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, (logits, labels) in LARGE.items():
        batch = (torch.tensor(logits), -torch.tensor(logits), torch.tensor(labels), torch.tensor(labels))
        yield _loss(code, label, batch, 0.5, 2.0)


# How far apart the logits of the right class and the other one are; the weights are 0.5 and 2.
SIZES = {"a loss of almost nothing": 12.0, "a loss of less than a thousandth": 8.0, "a loss of thousands": -2000.0}


@suite.check("takes the loss as it is, however small or large", careful=True)
def any_size(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, ahead in SIZES.items():
        logits, labels = torch.tensor([[ahead, 0.0]]), torch.tensor([0])
        batch = (logits, logits.clone(), labels, labels)
        shown = dict(zip(NAMES, batch, strict=True))
        yield case(label, partial(_loss_and_gradients, code, batch), **shown)


def _loss_and_gradients(code: Code, batch: Batch) -> dict[str, Any]:
    return {"the loss": code.losses.combined_loss(*batch, 0.5, 2.0), **_gradients(code, batch)}


@suite.check("sends a gradient where a sentence is put into the wrong class with certainty", careful=True)
def large_gradient(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for apart in (30.0, 200.0):
        logits = torch.tensor([[apart, 0.0]])
        batch = (logits, logits.clone(), torch.tensor([1]), torch.tensor([1]))
        yield case(f"{apart:.0f} apart", partial(_gradients, code, batch), **dict(zip(NAMES, batch, strict=True)))


@suite.check("takes float16, bfloat16, float64 and transposed logits", careful=True)
def awkward_logits(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for dtype in (torch.float32, torch.float64, *HALVES):
        taskA, taskB, *labels = logits_and_labels(rng)
        logits = [tensor.to(dtype).T.contiguous().T for tensor in (taskA, taskB)]
        yield case(
            f"{str(dtype).removeprefix('torch.')}, transposed", partial(_in_dtype, code, (*logits, *labels), dtype)
        )


def _in_dtype(code: Code, batch: Batch, dtype: torch.dtype) -> Tensor:
    """Give the loss in the logits' dtype: a sum in float32 is as right as one in theirs."""
    return expect(Tensor, code.losses.combined_loss(*batch, 0.5, 2.0), "the loss").to(dtype)


@suite.check("leaves the logits and the labels as they were", careful=True)
def loss_inputs(code: Code, rng: torch.Generator) -> Any:
    batch = _batch(rng, *BATCHES["three sentences, two of one class"])
    return afterwards(partial(code.losses.combined_loss, alpha=0.5, beta=2.0), **dict(zip(NAMES, batch, strict=True)))
