"""Checks of exercise 4.9, `task_metrics`."""

from typing import Any

import torch

from ...protocol.suite import Code, Suite
from ..scores import FOUR, THREE, TWO, scored, transposed

suite = Suite()


def _predicted(classes: tuple[int, ...], count: int) -> torch.Tensor:
    """Make logits, `(batch, count)`, whose largest belong to these classes."""
    return 2 * torch.eye(count)[list(classes)] - 3


@suite.check("takes the class of the largest logit as predicted, and the share of right ones as accuracy")
def accuracy(code: Code, rng: torch.Generator) -> Any:
    labels, logits = scored(rng, THREE, 3)
    return code.evaluator.task_metrics(labels, 4 * logits)["accuracy"]


@suite.check("weighs precision, recall and F1 of each class by how often the class occurs")
def weighted_averages(code: Code, rng: torch.Generator) -> Any:
    metrics = code.evaluator.task_metrics(*scored(rng, FOUR, 4))
    return {name: metrics[name] for name in ("precision", "recall", "f1")}


@suite.check("counts true classes in the rows of the confusion matrix, and predicted ones in its columns")
def confusion(code: Code, rng: torch.Generator) -> Any:
    labels, logits = torch.tensor([0, 0, 0, 1, 1, 2]), _predicted((0, 2, 1, 2, 1, 1), 3)
    return code.evaluator.task_metrics(labels, logits)["confusion_matrix"]


@suite.check("gives exactly the five measures of two classes")
def two_classes(code: Code, rng: torch.Generator) -> Any:
    return code.evaluator.task_metrics(*scored(rng, TWO, 2))


@suite.check("tells the larger of two logits even where both are positive or both negative")
def shifted(code: Code, rng: torch.Generator) -> Any:
    labels, logits = scored(rng, TWO, 2)
    shift = torch.tensor([5.0, -5.0]).repeat(len(TWO) // 2).unsqueeze(1)
    return code.evaluator.task_metrics(labels, logits + shift)


@suite.check("gives a class that is never predicted precision 0")
def never_predicted(code: Code, rng: torch.Generator) -> Any:
    metrics = code.evaluator.task_metrics(torch.tensor([0, 0, 1, 2, 1]), _predicted((0, 1, 1, 0, 0), 3))
    return {name: metrics[name] for name in ("precision", "recall", "f1")}


@suite.check("keeps a row and a column for classes that do not occur")
def absent_classes(code: Code, rng: torch.Generator) -> Any:
    labels = torch.tensor([1, 1, 2])
    return {
        "two of five classes": code.evaluator.task_metrics(labels, _predicted((1, 2, 2), 5))["confusion_matrix"],
        "one of two classes": code.evaluator.task_metrics(labels[:2], _predicted((1, 1), 2))["confusion_matrix"],
    }


@suite.check("measures a single sentence, predicted rightly or wrongly")
def single_prediction(code: Code, rng: torch.Generator) -> Any:
    measure, labels = code.evaluator.task_metrics, torch.tensor([2])
    return {name: measure(labels, _predicted((predicted,), 3)) for name, predicted in (("right", 2), ("wrong", 0))}


@suite.check("takes logits in half precision, and logits that are not contiguous")
def unusual_logits(code: Code, rng: torch.Generator) -> Any:
    labels, logits = scored(rng, THREE, 3)
    forms = {"float16": logits.half(), "bfloat16": logits.bfloat16(), "not contiguous": transposed(logits)}
    return {name: code.evaluator.task_metrics(labels, form) for name, form in forms.items()}


@suite.check("leaves its inputs as they were")
def metrics_inputs(code: Code, rng: torch.Generator) -> Any:
    labels, logits = scored(rng, THREE, 3)
    code.evaluator.task_metrics(labels, logits)
    return {"labels": labels, "logits": logits}
