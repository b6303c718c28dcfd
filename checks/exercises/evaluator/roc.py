"""Checks of exercise 4.10, `roc`."""

from typing import Any

import torch

from ...exercise import exercise
from .common import FOUR, THREE, TWO, scored, simplified, transposed

roc = exercise("4.10")


@roc.check("gives the area under the curve of two classes")
def area(course: Any, rng: torch.Generator) -> Any:
    return course.evaluator.roc(*scored(rng, TWO, 2))["auc"]


@roc.check("draws one curve for two classes: how class 1 is told from class 0")
def curve(course: Any, rng: torch.Generator) -> Any:
    return simplified(course.evaluator.roc(*scored(rng, TWO, 2)))


@roc.check("averages the areas of more classes plainly, however often each occurs")
def plain_average(course: Any, rng: torch.Generator) -> Any:
    cases = {"three classes": scored(rng, THREE, 3), "four classes": scored(rng, FOUR, 4)}
    return {name: course.evaluator.roc(*case)["auc"] for name, case in cases.items()}


@roc.check("draws a curve for each of more classes: how it is told from the rest")
def curves(course: Any, rng: torch.Generator) -> Any:
    return simplified(course.evaluator.roc(*scored(rng, THREE, 3)))


@roc.check("ranks sentences by the probability of a class, which depends on the other logits too")
def probability(course: Any, rng: torch.Generator) -> Any:
    labels, logits = scored(rng, THREE, 3)
    shift = torch.arange(len(THREE)).flip(0).unsqueeze(1)
    return simplified(course.evaluator.roc(labels, logits + shift))


@roc.check("tells apart how confident the model is, even where it is almost certain")
def confident(course: Any, rng: torch.Generator) -> Any:
    rank = torch.randperm(len(TWO), generator=rng)
    two = torch.stack([-rank / 2, 20 + rank / 2], dim=1)
    # The second logit changes the probabilities by less than float32 can tell.
    three = torch.stack([torch.zeros(len(TWO)), rank / 2 - 25, torch.full((len(TWO),), -28.0)], dim=1)
    labels = torch.tensor(TWO)
    cases = {"two classes": two, "three classes": three}
    return {name: simplified(course.evaluator.roc(labels, logits)) for name, logits in cases.items()}


@roc.check("goes over sentences with the same score in one straight line")
def ties(course: Any, rng: torch.Generator) -> Any:
    logits = torch.tensor([[2.0, 0.5], [0.3, 0.6], [-1.0, 1.0]])[[0, 1, 2, 1, 0, 0, 1, 2, 1, 1]]
    labels = torch.tensor([0, 1, 1, 0, 1, 0, 0, 0, 1, 0])
    return simplified(course.evaluator.roc(labels, logits))


@roc.check("leaves out a class that no label belongs to")
def absent_class(course: Any, rng: torch.Generator) -> Any:
    cases = ((0, 3, 3, 0, 0, 3, 1, 3), (4, 0, 4))
    return {f"labels {labels}": simplified(course.evaluator.roc(*scored(rng, labels, 5))) for labels in cases}


@roc.check("gives no area and no curve where all labels are the same")
def one_class_only(course: Any, rng: torch.Generator) -> Any:
    cases = (((0,) * 4, 2), ((1,) * 4, 2), ((0,) * 4, 3), ((1,) * 4, 3), ((1,), 2), ((2,), 4))
    return {
        f"labels {labels}, {classes} classes": course.evaluator.roc(*scored(rng, labels, classes))
        for labels, classes in cases
    }


@roc.check("takes logits in half precision, and logits that are not contiguous")
def unusual_scores(course: Any, rng: torch.Generator) -> Any:
    labels, logits = scored(rng, THREE, 3)
    forms = {"float16": (4 * logits).half(), "bfloat16": (4 * logits).bfloat16(), "not contiguous": transposed(logits)}
    return {name: simplified(course.evaluator.roc(labels, form)) for name, form in forms.items()}


@roc.check("leaves its inputs as they were")
def roc_inputs(course: Any, rng: torch.Generator) -> Any:
    # Nothing has to be converted here, so that a change in place would reach them.
    labels, logits = scored(rng, THREE, 3)
    logits = logits.double()
    course.evaluator.roc(labels, logits)
    return {"labels": labels, "logits": logits}
