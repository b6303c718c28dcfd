"""Checks of exercise 4.15, `measure`. Each sees one promise kept, whatever else is still wrong."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from ...protocol.suite import Case, Code, Suite, WrongForm, case, expect
from ..inputs import tenths

suite = Suite()

Batch = tuple[Tensor, Tensor]


class Given(nn.Module):
    """A model whose logits are its inputs, with dropout if that is asked for; notes whether gradients are recorded."""

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.recorded = False

    def forward(self, inputs: Tensor) -> Tensor:
        """Give the inputs back."""
        self.recorded = torch.is_grad_enabled()
        logits: Tensor = self.dropout(inputs)
        return logits


def _logits(rng: torch.Generator, size: int) -> tuple[Tensor, Tensor]:
    """Draw logits and labels: class 1 is rare, and no two samples are as likely; among the first are false alarms."""
    labels = (torch.arange(size) % 3 == 0).long()
    logits = tenths(torch.randn(size, 2, generator=rng))
    logits[:5] = torch.tensor([[0.1, 0.3], [0.5, 0.9], [0.2, 0.8], [-0.4, 0.2], [0.7, 0.6]])
    logits[:, 1] += torch.arange(size) / 1000
    return logits, labels


def _batches(logits: Tensor, labels: Tensor, sizes: tuple[int, ...]) -> list[Batch]:
    return list(zip(logits.split(list(sizes)), labels.split(list(sizes)), strict=True))


def _measured(code: Code, batches: list[Batch], name: str, model: nn.Module | None = None) -> float:
    measures = expect(dict, code.faults.evaluation.measure(model or Given(), batches), "the measures")
    if name not in measures:
        raise WrongForm(f"there is no {name!r} among the measures")
    return round(float(measures[name]), 5)


def _cases(code: Code, rng: torch.Generator, name: str, **cuts: tuple[int, ...]) -> Iterator[Case]:
    for label, sizes in cuts.items():
        logits, labels = _logits(rng, sum(sizes))
        seen = partial(_measured, code, _batches(logits, labels, sizes), name)
        yield case(label.replace("_", " "), seen, logits=logits, labels=labels)


@suite.check("gives every sample the same weight in the accuracy", sees="the accuracy")
def accuracy(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return _cases(code, rng, "accuracy", one_batch=(5,), batches_of_one_size=(4, 4), batches_of_unequal_size=(7, 1, 2))


@suite.check("measures the cross-entropy of the logits", sees="the loss")
def loss(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return _cases(code, rng, "loss", one_batch=(5,), batches_of_unequal_size=(7, 1, 2))


@suite.check("measures how many samples of each class are found", sees="the recall")
def recall(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return _cases(code, rng, "recall", one_batch=(5,), batches_of_unequal_size=(7, 1, 2))


@suite.check("measures the AUC of how sure the model is", sees="the AUC")
def auc(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return _cases(code, rng, "auc", one_batch=(8,), batches_of_unequal_size=(17, 1, 2))


def _twice(code: Code, batches: list[Batch], training: bool) -> dict[str, str]:
    model = Given(dropout=0.5).train(training)
    first, second = (_measured(code, batches, "loss", model) for _ in range(2))
    return {"the loss, measured again": "the same" if first == second else "another"}


@suite.check("gives the same numbers each time, in whatever mode")
def each_time(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for mode in ("eval mode", "train mode"):
        yield case(mode, partial(_twice, code, [_logits(rng, 40)], mode == "train mode"))


def _left(code: Code, batches: list[Batch], training: bool) -> dict[str, Any]:
    model = Given().train(training)
    _measured(code, batches, "loss", model)
    mode = "train" if model.training and model.dropout.training else "eval"
    return {"the model afterwards": mode, "gradients were": "recorded" if model.recorded else "not recorded"}


@suite.check("leaves the model in the mode that it had, and records no gradients")
def modes_kept(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for mode in ("eval mode", "train mode"):
        yield case(mode, partial(_left, code, [_logits(rng, 5)], mode == "train mode"))
