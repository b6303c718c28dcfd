"""Checks of exercise 5.4, `score_labelled`."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import SGD

from ...protocol.suite import Case, Code, Suite, case, expect_parts
from ..inputs import HALVES, afterwards, outcome, tenths

suite = Suite(sees="the score")

# For each sentence the class that it has, None where that is not known, and the class that it is put into.
Sentences = Sequence[tuple[int | None, int]]
FEW: Sentences = ((0, 0), (None, 1), (1, 2))
SOME: Sentences = ((2, 2), (None, 0), (0, 0), (1, 0), (None, 2), (None, 1), (1, 1))


def _batch(code: Code, rng: torch.Generator, sentences: Sentences, classes: int = 3) -> tuple[Tensor, Tensor]:
    """Make logits, `(batch, classes)`, each row with one class well ahead, and labels.

    Args:
        code: Knows how a label that is missing is written.
        rng: Makes the logits.
        sentences: Which labels there are, and where the largest logits stand.
        classes: How many there are.
    """
    labels = [code.tasks.UNLABELLED if label is None else label for label, _ in sentences]
    ahead = 1.3 * torch.eye(classes)[[predicted for _, predicted in sentences]]
    return tenths(ahead + torch.rand(len(sentences), classes, generator=rng) - 0.8), torch.tensor(labels)


Look = Callable[[Any], Any]


def _scored(label: str, code: Code, logits: Tensor, labels: Tensor, look: Look = lambda score: score) -> Case:
    """Make the case of a batch, of whose score all is looked at, or a part."""
    return case(label, lambda: look(code.losses.score_labelled(logits, labels)), logits=logits, labels=labels)


def _loss(score: Any) -> Any:
    loss, _ = expect_parts(score, "the loss", "the accuracy")
    return {"the loss": loss}


def _accuracy(score: Any) -> Any:
    _, accuracy = expect_parts(score, "the loss", "the accuracy")
    return {"the accuracy": accuracy}


@suite.check("scores a batch with all its labels: the mean cross-entropy, and the share of sentences in their class")
def all_labelled(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _scored("two sentences, all labelled", code, *_batch(code, rng, ((0, 0), (1, 2))))
    yield _scored("four sentences, all labelled", code, *_batch(code, rng, ((0, 0), (2, 2), (1, 2), (1, 1))))


@suite.check("leaves sentences without a label out of the loss, out of the sum and out of the count")
def loss_of_some(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _scored("three sentences, one unlabelled", code, *_batch(code, rng, FEW), _loss)
    yield _scored("seven sentences, three unlabelled", code, *_batch(code, rng, SOME), _loss)


@suite.check("leaves them out of the accuracy: they are neither right nor wrong")
def accuracy_of_some(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _scored("three sentences, one unlabelled", code, *_batch(code, rng, FEW), _accuracy)
    yield _scored("seven sentences, three unlabelled", code, *_batch(code, rng, SOME), _accuracy)


@suite.check("sends a gradient to the sentences with a label, and none to the others")
def gradients(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases: dict[str, Sentences] = {"all labelled": ((0, 0), (1, 2)), "one of three unlabelled": FEW}
    for label, sentences in cases.items():
        logits, labels = _batch(code, rng, sentences)
        yield case(label, partial(_gradients, code, logits, labels), logits=logits, labels=labels)


def _gradients(code: Code, logits: Tensor, labels: Tensor) -> Any:
    given = logits.clone().requires_grad_()
    ending = _backward(code, given, labels)
    # No gradient is as good as one of zeros.
    gradient = torch.zeros_like(logits) if given.grad is None else given.grad
    known = labels != code.tasks.UNLABELLED
    return {"backward": ending, "labelled": gradient[known], "unlabelled": gradient[~known]}


def _backward(code: Code, logits: Tensor, labels: Tensor) -> Any:
    """Score a batch, and go backward from its loss, which may be refused."""
    loss, _ = expect_parts(code.losses.score_labelled(logits, labels), "the loss", "the accuracy")
    return outcome(lambda: loss.backward())


@suite.check("gives a batch without any label a loss of 0, and None for its accuracy")
def none_labelled(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, size in {"one sentence, unlabelled": 1, "four sentences, all unlabelled": 4}.items():
        yield _scored(label, code, *_batch(code, rng, [(None, 1)] * size))


@suite.check("trains nothing on a batch without any label: `backward` works, and no weight moves")
def nothing_moves(code: Code, rng: torch.Generator) -> Iterator[Case]:
    features, (_, labels) = tenths(torch.randn(2, 2, generator=rng)), _batch(code, rng, [(None, 0)] * 2)
    see = partial(_moved, code, features, labels)
    yield case("two sentences, all unlabelled", see, features=features, labels=labels)


def _moved(code: Code, features: Tensor, labels: Tensor) -> Any:
    head = nn.Linear(2, 3)
    before = head.weight.detach().clone()
    ending = _backward(code, head(features), labels)
    SGD(head.parameters(), lr=1.0).step()
    return {"backward": ending, "moved": head.weight.detach() - before}


@suite.check("scores a single sentence, put into its class or into another")
def single_sentence(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, pair in {"put into its class": (1, 1), "put into another": (1, 2)}.items():
        yield _scored(f"one sentence, {label}", code, *_batch(code, rng, [pair]))


@suite.check("finds the sentences without a label wherever they stand, be they few or many")
def places(code: Code, rng: torch.Generator) -> Iterator[Case]:
    pairs = [(2, 2), (0, 1), (1, 1)]
    for index, place in enumerate(("the first", "the middle one", "the last")):
        sentences = [*pairs[:index], (None, 0), *pairs[index + 1 :]]
        yield _scored(f"{place} of three unlabelled", code, *_batch(code, rng, sentences))
    many = [*[(None, 1)] * 11, (2, 2), *[(None, 2)] * 7, (0, 1)]
    yield _scored("eighteen of twenty unlabelled", code, *_batch(code, rng, many))


@suite.check("takes class 0 for a class like any other")
def class_zero(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases: dict[str, Sentences] = {
        "class 0 only, all labelled": ((0, 0), (0, 2), (0, 0)),
        "class 0 only, one unlabelled": ((0, 0), (None, 1), (0, 1)),
    }
    for label, sentences in cases.items():
        yield _scored(label, code, *_batch(code, rng, sentences))


@suite.check("takes any number of classes")
def class_numbers(code: Code, rng: torch.Generator) -> Iterator[Case]:
    two: Sentences = ((1, 1), (None, 1), (0, 1), (0, 0))
    five: Sentences = ((4, 4), (3, 1), (None, 4), (0, 0), (2, 2))
    yield _scored("two classes", code, *_batch(code, rng, two, 2))
    yield _scored("five classes", code, *_batch(code, rng, five, 5))


@suite.check("tells the largest logit even where all are positive or all are negative")
def shifted(code: Code, rng: torch.Generator) -> Iterator[Case]:
    logits, labels = _batch(code, rng, [(1, 1), (0, 0), (None, 1), (1, 0)], classes=2)
    yield _scored("all logits positive", code, logits + 20, labels)
    yield _scored("all logits negative", code, logits - 20, labels)


@suite.check("stays exact for very large logits", careful=True)
def large_logits(code: Code, rng: torch.Generator) -> Iterator[Case]:
    logits, labels = _batch(code, rng, FEW)
    yield _scored("logits in the hundreds", code, 1000 * logits, labels, _loss)


@suite.check("takes float16, bfloat16 and transposed logits", careful=True)
def awkward_logits(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for dtype in (*HALVES, torch.float32):
        logits, labels = _batch(code, rng, SOME)
        label = f"{str(dtype).removeprefix('torch.')}, transposed"
        yield _scored(label, code, logits.to(dtype).T.contiguous().T, labels, partial(_rounded, dtype))


def _rounded(dtype: torch.dtype, score: Any) -> Any:
    """Give the loss in the logits' dtype: a sum in float32 is as right."""
    loss, accuracy = expect_parts(score, "the loss", "the accuracy")
    return {"the loss": loss.to(dtype) if isinstance(loss, Tensor) else loss, "the accuracy": accuracy}


@suite.check("leaves the logits and the labels as they were", careful=True)
def score_inputs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sentences in {"one of three unlabelled": FEW, "all unlabelled": [(None, 1)] * 2}.items():
        logits, labels = _batch(code, rng, sentences)
        inputs = {"logits": logits, "labels": labels}
        yield case(label, partial(afterwards, code.losses.score_labelled, **inputs), **inputs)
