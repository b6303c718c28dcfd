"""Checks of exercise 4.9, `task_metrics`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ...protocol.suite import Case, Code, Suite, case
from ..inputs import afterwards
from ..scores import predicting, some_of, transposed

suite = Suite(sees="the metrics")

AVERAGES = ("precision", "recall", "f1")


def _measured(label: str, code: Code, labels: tuple[int, ...], logits: Tensor, *names: str) -> Case:
    """Make the case of some sentences, in which all measures or only those of some names are looked at."""
    truth = torch.tensor(labels)

    def see() -> Any:
        metrics = code.evaluator.task_metrics(truth, logits)
        return some_of(metrics, *names) if names else metrics

    return case(label, see, labels=truth, logits=logits)


@suite.check("takes the class of the largest logit as predicted, and the share of right ones as accuracy")
def accuracy(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "two classes, one of three wrong": ((1, 0, 0), (0, 0, 0), 2),
        "three classes, three of six wrong": ((2, 0, 0, 1, 2, 0), (2, 1, 0, 2, 0, 0), 3),
    }
    for label, (labels, predicted, classes) in cases.items():
        yield _measured(label, code, labels, predicting(rng, predicted, classes), "accuracy")


@suite.check("weighs precision, recall and F1 of each class by how often the class occurs")
def weighted_averages(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "two classes": ((0, 0, 0, 1), (0, 1, 0, 1), 2),
        "three classes": ((0, 0, 0, 1, 1, 2), (0, 1, 0, 1, 2, 2), 3),
    }
    for label, (labels, predicted, classes) in cases.items():
        yield _measured(label, code, labels, predicting(rng, predicted, classes), *AVERAGES)


@suite.check("counts true classes in the rows of the confusion matrix, and predicted ones in its columns")
def confusion(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "two classes": ((0, 0, 0, 1), (0, 1, 1, 1), 2),
        "three classes": ((0, 0, 0, 1, 1, 2), (0, 2, 1, 2, 1, 1), 3),
    }
    for label, (labels, predicted, classes) in cases.items():
        yield _measured(label, code, labels, predicting(rng, predicted, classes), "confusion_matrix")
    truth, guessed = (tuple(row) for row in torch.randint(4, (2, 80), generator=rng).tolist())
    yield _measured("four classes, many sentences", code, truth, predicting(rng, guessed, 4), "confusion_matrix")


@suite.check("gives exactly the five measures, as plain numbers and lists")
def all_measures(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _measured("three classes", code, (0, 2, 1, 0), predicting(rng, (0, 2, 0, 1), 3))


@suite.check("tells the larger of two logits even where both are positive or both negative")
def shifted(code: Code, rng: torch.Generator) -> Iterator[Case]:
    labels, logits = (0, 1, 1), predicting(rng, (0, 1, 0), 2)
    for label, shift in {"both positive": 5, "both negative": -5}.items():
        yield _measured(label, code, labels, logits + shift, "accuracy", *AVERAGES)


@suite.check("gives a class that is never predicted precision 0")
def never_predicted(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "two classes, class 1 is never predicted": ((0, 0, 1), (0, 0, 0), 2),
        "three classes, class 2 is never predicted": ((0, 0, 1, 2, 1), (0, 1, 1, 0, 0), 3),
    }
    for label, (labels, predicted, classes) in cases.items():
        yield _measured(label, code, labels, predicting(rng, predicted, classes), *AVERAGES)


@suite.check("keeps a row and a column for classes that do not occur", careful=True)
def absent_classes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "class 2 is neither a label nor predicted": ((0, 1, 1), (0, 1, 0), 3),
        "class 2 is predicted, but no label": ((0, 1, 1), (0, 2, 1), 3),
        "only class 1 of two": ((1, 1), (1, 1), 2),
    }
    for label, (labels, predicted, classes) in cases.items():
        yield _measured(label, code, labels, predicting(rng, predicted, classes), "confusion_matrix")


@suite.check("measures a single sentence, predicted rightly or wrongly", careful=True)
def single_prediction(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, predicted in {"predicted rightly": 2, "predicted wrongly": 0}.items():
        yield _measured(f"one sentence, {label}", code, (2,), predicting(rng, (predicted,), 3))


@suite.check("takes logits in half precision, and logits that are not contiguous", careful=True)
def unusual_logits(code: Code, rng: torch.Generator) -> Iterator[Case]:
    labels, logits = (0, 2, 1, 0), predicting(rng, (0, 2, 0, 1), 3)
    forms = {"float16": logits.half(), "bfloat16": logits.bfloat16(), "not contiguous": transposed(logits)}
    for label, form in forms.items():
        yield _measured(label, code, labels, form)


@suite.check("leaves its inputs as they were", careful=True)
def metrics_inputs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    labels, logits = torch.tensor([0, 1, 0]), predicting(rng, (0, 1, 1), 2)
    inputs = {"labels": labels, "logits": logits}
    yield case("two classes", partial(afterwards, code.evaluator.task_metrics, **inputs), **inputs)
