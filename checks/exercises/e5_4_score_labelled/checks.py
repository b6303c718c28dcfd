"""Checks of exercise 5.4, `score_labelled`."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import SGD

from ...protocol.suite import Code, Suite
from ..inputs import HALVES, outcome

suite = Suite()

# For each sentence the class that it has, None where that is not known, and the class that it is put into.
Sentences = Sequence[tuple[int | None, int]]
SOME: Sentences = ((2, 2), (None, 0), (0, 0), (1, 0), (None, 2), (None, 1), (1, 1))


def _batch(code: Code, rng: torch.Generator, sentences: Sentences, classes: int = 3) -> tuple[Tensor, Tensor]:
    """Make logits, `(batch, classes)`, each row on a level of its own and with one class well ahead, and labels.

    Args:
        code: Knows how a label that is missing is written.
        rng: Makes the logits.
        sentences: Which labels there are, and where the largest logits stand.
        classes: How many there are.
    """
    labels = [code.tasks.UNLABELLED if label is None else label for label, _ in sentences]
    ahead = 1.3 * torch.eye(classes)[[predicted for _, predicted in sentences]]
    level = 2 * torch.randn(len(sentences), 1, generator=rng)
    return level + ahead + torch.rand(len(sentences), classes, generator=rng), torch.tensor(labels)


@suite.check("scores a batch with all its labels: the mean cross-entropy, and the share of sentences in their class")
def all_labelled(code: Code, rng: torch.Generator) -> Any:
    return code.losses.score_labelled(*_batch(code, rng, ((0, 0), (2, 2), (1, 2), (1, 1))))


@suite.check("leaves sentences without a label out of the loss, out of the sum and out of the count")
def loss_of_some(code: Code, rng: torch.Generator) -> Any:
    loss, _ = code.losses.score_labelled(*_batch(code, rng, SOME))
    return loss


@suite.check("leaves them out of the accuracy: they are neither right nor wrong")
def accuracy_of_some(code: Code, rng: torch.Generator) -> Any:
    _, accuracy = code.losses.score_labelled(*_batch(code, rng, SOME))
    return accuracy


@suite.check("sends a gradient to the sentences with a label, and none to the others")
def gradients(code: Code, rng: torch.Generator) -> Any:
    logits, labels = _batch(code, rng, SOME)
    loss, _ = code.losses.score_labelled(logits.requires_grad_(), labels)
    return {
        "backward": outcome(lambda: loss.backward()),
        "labelled": _gradient(logits)[labels != code.tasks.UNLABELLED],
        "unlabelled": _gradient(logits)[labels == code.tasks.UNLABELLED],
    }


def _gradient(tensor: Tensor) -> Tensor:
    """Give a tensor's gradient; no gradient is as good as one of zeros."""
    return torch.zeros_like(tensor) if tensor.grad is None else tensor.grad


@suite.check("gives a batch without any label a loss of 0, and None for its accuracy")
def none_labelled(code: Code, rng: torch.Generator) -> Any:
    sizes = {"one sentence": 1, "four sentences": 4}
    scores = {name: code.losses.score_labelled(*_batch(code, rng, [(None, 1)] * size)) for name, size in sizes.items()}
    return {name: {"loss": loss, "accuracy": accuracy} for name, (loss, accuracy) in scores.items()}


@suite.check("trains nothing on a batch without any label: `backward` works, and no weight moves")
def nothing_moves(code: Code, rng: torch.Generator) -> Any:
    head = nn.Linear(4, 3)
    before = head.weight.detach().clone()
    features, (_, labels) = torch.randn(5, 4, generator=rng), _batch(code, rng, [(None, 0)] * 5)
    loss, _ = code.losses.score_labelled(head(features), labels)
    ending = outcome(lambda: loss.backward())
    SGD(head.parameters(), lr=1.0).step()
    return {"backward": ending, "moved": head.weight.detach() - before}


@suite.check("scores a single sentence, put into its class or into another")
def single_sentence(code: Code, rng: torch.Generator) -> Any:
    cases = {"its class": (1, 1), "another": (1, 2)}
    return {name: code.losses.score_labelled(*_batch(code, rng, [pair])) for name, pair in cases.items()}


@suite.check("finds the sentences without a label wherever they stand, be they few or many")
def places(code: Code, rng: torch.Generator) -> Any:
    pairs = [(2, 2), (0, 1), (1, 1), (0, 0)]
    cases = {f"without label {i}": [*pairs[:i], (None, 0), *pairs[i + 1 :]] for i in range(len(pairs))}
    cases["two with a label, of twenty"] = [*[(None, 1)] * 11, (2, 2), *[(None, 2)] * 7, (0, 1)]
    return {name: code.losses.score_labelled(*_batch(code, rng, sentences)) for name, sentences in cases.items()}


@suite.check("takes class 0 for a class like any other")
def class_zero(code: Code, rng: torch.Generator) -> Any:
    cases: dict[str, Sentences] = {
        "class 0 only": ((0, 0), (0, 2), (0, 0)),
        "one without label": ((0, 0), (None, 1), (0, 1)),
    }
    return {name: code.losses.score_labelled(*_batch(code, rng, pairs)) for name, pairs in cases.items()}


@suite.check("takes any number of classes")
def class_numbers(code: Code, rng: torch.Generator) -> Any:
    batches = {
        "2 classes": _batch(code, rng, ((1, 1), (None, 1), (0, 1), (0, 0)), 2),
        "5 classes": _batch(code, rng, ((4, 4), (3, 1), (None, 4), (0, 0), (2, 2)), 5),
    }
    return {name: code.losses.score_labelled(*batch) for name, batch in batches.items()}


@suite.check("tells the largest logit even where all are positive or all are negative")
def shifted(code: Code, rng: torch.Generator) -> Any:
    logits, labels = _batch(code, rng, [(1, 1), (0, 0), (None, 1), (1, 0)], classes=2)
    return {name: code.losses.score_labelled(logits + shift, labels) for name, shift in (("up", 20), ("down", -20))}


@suite.check("stays exact for very large logits")
def large_logits(code: Code, rng: torch.Generator) -> Any:
    logits, labels = _batch(code, rng, SOME)
    loss, _ = code.losses.score_labelled(1000 * logits, labels)
    return loss


@suite.check("takes float16, bfloat16 and transposed logits")
def awkward_logits(code: Code, rng: torch.Generator) -> Any:
    seen = {}
    for dtype in (*HALVES, torch.float32):
        logits, labels = _batch(code, rng, SOME)
        loss, accuracy = code.losses.score_labelled(logits.to(dtype).T.contiguous().T, labels)
        # A sum in float32 is as right as one in the type of the logits.
        seen[str(dtype)] = {"loss": loss.to(dtype), "accuracy": accuracy}
    return seen


@suite.check("leaves the logits and the labels as they were")
def score_inputs(code: Code, rng: torch.Generator) -> Any:
    logits, labels = _batch(code, rng, SOME)
    before = logits.clone(), labels.clone()
    code.losses.score_labelled(logits, labels)
    return {
        "logits as before": torch.equal(logits, before[0]),
        "labels as before": torch.equal(labels, before[1]),
    }
