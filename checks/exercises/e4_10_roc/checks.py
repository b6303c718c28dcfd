"""Checks of exercise 4.10, `roc`."""

from typing import Any

import torch

from ...protocol.suite import Code, Suite
from ..scores import FOUR, THREE, TWO, scored, simplified, transposed

suite = Suite()


@suite.check("gives the area under the curve of two classes")
def area(code: Code, rng: torch.Generator) -> Any:
    return code.evaluator.roc(*scored(rng, TWO, 2))["auc"]


@suite.check("draws one curve for two classes: how class 1 is told from class 0")
def curve(code: Code, rng: torch.Generator) -> Any:
    return simplified(code.evaluator.roc(*scored(rng, TWO, 2)))


@suite.check("averages the areas of more classes plainly, however often each occurs")
def plain_average(code: Code, rng: torch.Generator) -> Any:
    cases = {"three classes": scored(rng, THREE, 3), "four classes": scored(rng, FOUR, 4)}
    return {name: code.evaluator.roc(*case)["auc"] for name, case in cases.items()}


@suite.check("draws a curve for each of more classes: how it is told from the rest")
def curves(code: Code, rng: torch.Generator) -> Any:
    return simplified(code.evaluator.roc(*scored(rng, THREE, 3)))


@suite.check("ranks sentences by the probability of a class, which depends on the other logits too")
def probability(code: Code, rng: torch.Generator) -> Any:
    labels, logits = scored(rng, THREE, 3)
    shift = torch.arange(len(THREE)).flip(0).unsqueeze(1)
    return simplified(code.evaluator.roc(labels, logits + shift))


@suite.check("tells apart how confident the model is, even where it is almost certain")
def confident(code: Code, rng: torch.Generator) -> Any:
    rank = torch.randperm(len(TWO), generator=rng)
    two = torch.stack([-rank / 2, 20 + rank / 2], dim=1)
    # The second logit changes the probabilities by less than float32 can tell.
    three = torch.stack([torch.zeros(len(TWO)), rank / 2 - 25, torch.full((len(TWO),), -28.0)], dim=1)
    labels = torch.tensor(TWO)
    cases = {"two classes": two, "three classes": three}
    return {name: simplified(code.evaluator.roc(labels, logits)) for name, logits in cases.items()}


@suite.check("goes over sentences with the same score in one straight line")
def ties(code: Code, rng: torch.Generator) -> Any:
    logits = torch.tensor([[2.0, 0.5], [0.3, 0.6], [-1.0, 1.0]])[[0, 1, 2, 1, 0, 0, 1, 2, 1, 1]]
    labels = torch.tensor([0, 1, 1, 0, 1, 0, 0, 0, 1, 0])
    return simplified(code.evaluator.roc(labels, logits))


@suite.check("leaves out a class that no label belongs to")
def absent_class(code: Code, rng: torch.Generator) -> Any:
    cases = ((0, 3, 3, 0, 0, 3, 1, 3), (4, 0, 4))
    return {f"labels {labels}": simplified(code.evaluator.roc(*scored(rng, labels, 5))) for labels in cases}


@suite.check("gives no area and no curve where all labels are the same")
def one_class_only(code: Code, rng: torch.Generator) -> Any:
    cases = (((0,) * 4, 2), ((1,) * 4, 2), ((0,) * 4, 3), ((1,) * 4, 3), ((1,), 2), ((2,), 4))
    return {
        f"labels {labels}, {classes} classes": simplified(code.evaluator.roc(*scored(rng, labels, classes)))
        for labels, classes in cases
    }


@suite.check("takes logits in half precision, and logits that are not contiguous")
def unusual_scores(code: Code, rng: torch.Generator) -> Any:
    labels, logits = scored(rng, THREE, 3)
    forms = {"float16": (4 * logits).half(), "bfloat16": (4 * logits).bfloat16(), "not contiguous": transposed(logits)}
    return {name: simplified(code.evaluator.roc(labels, form)) for name, form in forms.items()}


@suite.check("leaves its inputs as they were")
def roc_inputs(code: Code, rng: torch.Generator) -> Any:
    # Nothing has to be converted here, so that a change in place would reach them.
    labels, logits = scored(rng, THREE, 3)
    logits = logits.double()
    code.evaluator.roc(labels, logits)
    return {"labels": labels, "logits": logits}
