"""Checks of exercise 4.10, `roc`."""

from collections.abc import Iterator, Sequence
from functools import partial

import torch
from torch import Tensor

from ...protocol.suite import Case, Code, Suite, case
from ..inputs import afterwards
from ..scores import drawn, scored, some_of, transposed

suite = Suite(sees="the metrics")


def _drawn(label: str, code: Code, labels: Sequence[int], logits: Tensor) -> Case:
    """Make the case of some sentences, in which the area and all curves are looked at."""
    truth = torch.tensor(labels)
    return case(label, lambda: drawn(code.evaluator.roc(truth, logits)), labels=truth, logits=logits)


def _area(label: str, code: Code, labels: Sequence[int], logits: Tensor) -> Case:
    """Make the case of some sentences, in which only the area is looked at."""
    truth = torch.tensor(labels)
    return case(label, lambda: some_of(code.evaluator.roc(truth, logits), "auc"), labels=truth, logits=logits)


def _ahead(*leads: float) -> Tensor:
    """Make logits of two classes, `(batch, 2)`, from how far class 1 is ahead in each sentence."""
    return torch.tensor(leads).unsqueeze(1) * torch.tensor([-0.5, 0.5])


@suite.check("gives the area under the curve of two classes")
def area(code: Code, rng: torch.Generator) -> Iterator[Case]:
    logits = _ahead(-2, -1, 1, 2)
    yield _area("two classes, ranked perfectly", code, (0, 0, 1, 1), logits)
    yield _area("two classes, one pair in the wrong order", code, (0, 1, 0, 1), logits)
    yield _area("two classes, ranked worse than by chance", code, (1, 0, 1, 0), logits)


@suite.check("draws one curve for two classes: how class 1 is told from class 0")
def curve(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _drawn("two classes, four sentences", code, (0, 1, 0, 1), _ahead(-2, -1, 1, 2))
    yield _drawn("two classes, six sentences", code, (1, 0, 0, 1, 0, 0), _ahead(3, 2, -1, 1, 0, -2))


@suite.check("tells apart probabilities that are close together")
def close(code: Code, rng: torch.Generator) -> Iterator[Case]:
    leads = torch.tensor([0.0, 3.0, 1.0, 2.0])
    for label, apart in {"a thousandth apart": 1e-3, "a millionth apart": 1e-6}.items():
        yield _drawn(f"probabilities {label}", code, (0, 0, 1, 1), _ahead(*(4 * apart * leads)))


@suite.check("averages the areas of more classes plainly, however often each occurs")
def plain_average(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "three classes, equally frequent": (0, 1, 2, 2, 1, 0),
        "three classes, class 0 more frequent": (0, 0, 1, 0, 2, 0, 1, 0),
    }
    for label, labels in cases.items():
        yield _area(label, code, labels, scored(rng, labels, 3))


@suite.check("draws a curve for each of more classes: how it is told from the rest")
def curves(code: Code, rng: torch.Generator) -> Iterator[Case]:
    labels = (0, 1, 2, 0, 1)
    yield _drawn("three classes", code, labels, scored(rng, labels, 3))


@suite.check("ranks sentences by the probability of a class, which depends on the other logits too")
def probability(code: Code, rng: torch.Generator) -> Iterator[Case]:
    two, three = (0, 1, 0, 1), (0, 1, 2, 0, 1)
    level = torch.tensor([3.0, -3.0, 0.0, -6.0, 6.0]).unsqueeze(1)
    yield _drawn("two classes, logits on different levels", code, two, _ahead(-2, -1, 1, 2) + level[:4])
    yield _drawn("three classes, logits on different levels", code, three, scored(rng, three, 3) + level)


@suite.check("goes over sentences with the same score in one straight line")
def ties(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _drawn("two sentences, the same score, class 1 first", code, (1, 0), _ahead(1, 1))
    yield _drawn("two sentences, the same score, class 0 first", code, (0, 1), _ahead(1, 1))
    yield _drawn("six sentences, two scores", code, (0, 1, 1, 0, 0, 1), _ahead(2, -1, 2, -1, 2, 2))


@suite.check("tells apart how confident the model is, even where it is almost certain", careful=True)
def confident(code: Code, rng: torch.Generator) -> Iterator[Case]:
    leads = torch.tensor([3.0, 1.0, 4.0, 2.0])
    # The second logit changes the probabilities by less than float32 can tell.
    three = torch.stack([torch.zeros(4), leads - 25, torch.full((4,), -28.0)], dim=1)
    yield _drawn("two classes, class 1 almost certain", code, (0, 1, 1, 0), _ahead(*(20 + leads)))
    yield _drawn("three classes, class 0 almost certain", code, (0, 1, 1, 0), three)


@suite.check("leaves out a class that no label belongs to", careful=True)
def absent_class(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "three classes, no label 1": ((0, 2, 2, 0), 3),
        "five classes, labels 0 and 4 only": ((4, 0, 4), 5),
    }
    for label, (labels, classes) in cases.items():
        yield _drawn(label, code, labels, scored(rng, labels, classes))


@suite.check("gives no area and no curve where all labels are the same", careful=True)
def one_class_only(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "two classes, all labels 0": ((0, 0, 0), 2),
        "two classes, all labels 1": ((1, 1, 1), 2),
        "three classes, all labels 1": ((1, 1, 1), 3),
        "two classes, one sentence": ((1,), 2),
        "four classes, one sentence": ((2,), 4),
    }
    for label, (labels, classes) in cases.items():
        yield _drawn(label, code, labels, scored(rng, labels, classes))


@suite.check("takes logits in half precision, and logits that are not contiguous", careful=True)
def unusual_scores(code: Code, rng: torch.Generator) -> Iterator[Case]:
    logits = _ahead(7, 6, 9, 8)
    forms = {"float16": logits.half(), "bfloat16": logits.bfloat16(), "not contiguous": transposed(logits)}
    for label, form in forms.items():
        yield _drawn(label, code, (0, 1, 0, 1), form)


@suite.check("leaves its inputs as they were", careful=True)
def roc_inputs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    # Nothing has to be converted here, so that a change in place would reach them.
    inputs = {"labels": torch.tensor([0, 1, 0, 1]), "logits": _ahead(-2, -1, 1, 2).double()}
    yield case("two classes", partial(afterwards, lambda *pair: drawn(code.evaluator.roc(*pair)), **inputs), **inputs)
