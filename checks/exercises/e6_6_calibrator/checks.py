"""Checks of exercise 6.6, `Calibrator`."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import log
from typing import Any

import torch
from torch import Tensor

from ...protocol.suite import Case, Code, Suite, WrongForm, a, case, expect, expect_parts
from ..inputs import HALVES, afterwards, outcome, tenths
from ..scores import scored, transposed

suite = Suite(sees="the temperature")

Data = tuple[Tensor, Tensor]  # labels, (batch,), and logits, (batch, classes)
Group = tuple[float, int, int]  # the confidence of some sentences, how many of them are right, and how many there are

# A fitted temperature may be off by one percent, which moves no probability by more than 0.0025.
FITTED_TENSOR, FITTED_NUMBER = 5000, 500
# Probabilities may be computed in single precision.
SINGLE = 20


def _sentences(rng: torch.Generator, groups: Sequence[Group], temperature: float = 1.0, classes: int = 2) -> Data:
    """Make sentences of which the model is sure to some degree, in random order; the predicted class is random.

    Args:
        rng: Chooses classes and order.
        groups: Of which confidences there are how many.
        temperature: With which the confidences are these.
        classes: How many there are; all but the predicted one are equally probable.
    """
    labels, logits = [], []
    for confidence, right, number in groups:
        margin = temperature * log(confidence / (1 - confidence) * (classes - 1))
        for index in range(number):
            predicted = int(torch.randint(classes, (1,), generator=rng))
            labels.append(predicted if index < right else (predicted + 1) % classes)
            logits.append(margin * torch.eye(classes, dtype=torch.double)[predicted])
    order = torch.randperm(len(labels), generator=rng)
    return torch.tensor(labels)[order], torch.stack(logits)[order].float()


def _number(value: Any, name: str) -> float:
    """Take a number of any kind."""
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise WrongForm(f"{name}: a number was expected, got {a(type(value).__name__)}") from error


def _temperature(calibrator: Any) -> float:
    return _number(calibrator.temperature, "the temperature")


def _probabilities(calibrator: Any, logits: Tensor) -> Tensor:
    return expect(Tensor, calibrator.probabilities(logits), "the probabilities").detach().double()


def _bins(calibrator: Any, labels: Tensor, logits: Tensor) -> dict[str, Any]:
    """Take the bins apart, of any kind of numbers and sequences."""
    bins = calibrator.reliability(labels, logits)
    if not isinstance(bins, list | tuple):
        raise WrongForm(f"the bins: a list was expected, got {a(type(bins).__name__)}")
    parts = [expect_parts(each, "sentences", "confidence", "accuracy") for each in bins]
    return {
        "the sentences of each bin": [int(_number(sentences, "the sentences of a bin")) for sentences, _, _ in parts],
        "the confidence of each bin": [_number(confidence, "the confidence of a bin") for _, confidence, _ in parts],
        "the accuracy of each bin": [_number(accuracy, "the accuracy of a bin") for _, _, accuracy in parts],
    }


def _error(calibrator: Any, labels: Tensor, logits: Tensor) -> dict[str, float]:
    return {"the error": _number(calibrator.error(labels, logits), "the error")}


def _fitted(code: Code, labels: Tensor, logits: Tensor, bins: int = 10) -> Any:
    calibrator = code.calibration.Calibrator(bins)
    calibrator.fit(labels, logits)
    return calibrator


Look = Callable[[Any, Tensor, Tensor], Any]


def _unfitted(label: str, code: Code, data: Data, look: Look, bins: int | None = None) -> Case:
    """Make the case of a calibrator that was not fitted; it has ten bins if not told otherwise."""
    labels, logits = data
    given = {} if bins is None else {"bins": bins}

    def see() -> Any:
        return look(code.calibration.Calibrator(**given), labels, logits)

    return case(label, see, labels=labels, logits=logits, **given)


@suite.check("has the temperature 1 until it is fitted", slack=SINGLE)
def untouched(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, classes in {"two classes": 2, "three classes": 3}.items():
        logits = tenths(torch.randn(2, classes, generator=rng) * 2)
        yield case(label, partial(_first_probabilities, code, logits), logits=logits)


def _first_probabilities(code: Code, logits: Tensor) -> dict[str, Any]:
    calibrator = code.calibration.Calibrator()
    return {"the temperature": _temperature(calibrator), "the probabilities": _probabilities(calibrator, logits)}


# Of each group as large a share is right as the model is sure, once its logits are divided by the temperature.
HONEST: tuple[Group, ...] = ((0.6, 12, 20), (0.75, 15, 20), (0.9, 18, 20))


@suite.check("finds the temperature with the smallest cross-entropy, to within one percent")
def temperatures(code: Code, rng: torch.Generator) -> Iterator[Case]:
    hotter, colder = (1.5 + 3 * torch.rand(1, generator=rng).item() for _ in range(2))
    cases = {
        "two classes, the model is too sure": _sentences(rng, HONEST, temperature=hotter),
        "two classes, the model is not sure enough": _sentences(rng, HONEST, temperature=1 / colder),
        "three classes, the model is too sure": _random(rng, 3.0),
        "three classes, the model is not sure enough": _random(rng, 0.3),
        "two classes, sure of one that is wrong, doubtful of those that are right": _surprising(rng),
    }
    for label, (labels, logits) in cases.items():
        see = partial(_temperature_after, code, labels, logits)
        yield case(label, see, labels=labels, logits=logits)


def _random(rng: torch.Generator, scale: float) -> Data:
    labels = torch.randint(3, (90,), generator=rng)
    return labels, scale * scored(rng, labels.tolist(), 3)


def _surprising(rng: torch.Generator) -> Data:
    """Make sentences for which no other measure than the cross-entropy prefers the same temperature."""
    sure, doubtful = (float(torch.tensor(margin).sigmoid()) for margin in (9.0, 1.5))
    return _sentences(rng, ((sure, 9, 10), (doubtful, 8, 8)))


def _temperature_after(code: Code, labels: Tensor, logits: Tensor) -> float:
    return _temperature(_fitted(code, labels, logits))


@suite.check("divides the logits by the temperature", sees="the probabilities", slack=FITTED_TENSOR)
def divided(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, temperature in {
        "fitted on a model that is too sure": 3.0,
        "on one that is not sure enough": 0.4,
    }.items():
        labels, logits = _sentences(rng, HONEST, temperature)
        given = temperature * tenths(torch.randn(2, 2, generator=rng) + torch.tensor([1.0, 0.0]))
        see = partial(_probabilities_after, code, labels, logits, given)
        yield case(label, see, validation_labels=labels, validation_logits=logits, logits=given)


def _probabilities_after(code: Code, labels: Tensor, logits: Tensor, given: Tensor) -> Tensor:
    return _probabilities(_fitted(code, labels, logits), given)


@suite.check("forgets its first fit at the second")
def fitted_twice(code: Code, rng: torch.Generator) -> Iterator[Case]:
    first, second = _sentences(rng, HONEST, temperature=3.0), _sentences(rng, HONEST, temperature=2.0)
    for label, (labels, logits) in {"the same sentences again": first, "other sentences": second}.items():
        yield case(label, partial(_second_temperature, code, first, labels, logits), labels=labels, logits=logits)


def _second_temperature(code: Code, first: Data, labels: Tensor, logits: Tensor) -> float:
    calibrator = _fitted(code, *first)
    calibrator.fit(labels, logits)
    return _temperature(calibrator)


@suite.check(
    "sorts sentences into ten bins by the probability of the class that is predicted, be it right or wrong",
    slack=SINGLE,
)
def bins(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases: dict[str, tuple[tuple[Group, ...], int]] = {
        "two classes, two sentences": (((0.72, 1, 1), (0.96, 0, 1)), 2),
        "two classes, several sentences in a bin": (((0.62, 1, 2), (0.67, 1, 1), (0.93, 0, 1), (0.98, 4, 4)), 2),
        "four classes, some of low confidence": (((0.34, 0, 1), (0.38, 1, 1), (0.52, 2, 3), (0.85, 2, 2)), 4),
    }
    for label, (groups, classes) in cases.items():
        yield _unfitted(label, code, _sentences(rng, groups, classes=classes), _bins)


@suite.check("makes as many bins as it is told", slack=SINGLE)
def other_bins(code: Code, rng: torch.Generator) -> Iterator[Case]:
    groups = ((0.52, 1, 2), (0.57, 1, 1), (0.72, 1, 2), (0.77, 0, 1), (0.96, 3, 3))
    for number in (1, 2, 5, 20):
        label = f"{number} bins" if number > 1 else "one bin"
        yield _unfitted(label, code, _sentences(rng, groups), _bins, number)


@suite.check("takes the absolute difference in each bin, and weighs it by the sentences of the bin", slack=SINGLE)
def errors(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases: dict[str, tuple[tuple[Group, ...], int]] = {
        "one sentence": (((0.75, 0, 1),), 10),
        "one bin, all sentences are right": (((0.75, 3, 3),), 10),
        "one bin, right and wrong sentences": (((0.75, 2, 4),), 10),
        "two bins of as many sentences": (((0.65, 2, 2), (0.95, 1, 2)), 10),
        "two bins, one has many sentences": (((0.65, 1, 1), (0.95, 4, 7)), 10),
        "three bins, some sentences more sure than right and some less": (
            ((0.55, 4, 4), (0.75, 0, 1), (0.95, 3, 5)),
            10,
        ),
        "four bins in all, two have sentences": (((0.6, 2, 2), (0.7, 1, 3), (0.95, 1, 2)), 4),
    }
    for label, (groups, number) in cases.items():
        yield _unfitted(label, code, _sentences(rng, groups), _error, number)


@suite.check(
    "applies the temperature to the logits of other sentences, in the bins as in the error", slack=FITTED_NUMBER
)
def calibrated(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, temperature in {"the model was too sure": 3.0, "the model was not sure enough": 0.4}.items():
        validation = _sentences(rng, HONEST, temperature)
        labels, logits = _sentences(rng, ((0.55, 2, 3), (0.75, 2, 2), (0.85, 3, 6)), temperature)
        see = partial(_measured_after, code, validation, labels, logits)
        yield case(label, see, labels=labels, logits=logits)


def _measured_after(code: Code, validation: Data, labels: Tensor, logits: Tensor) -> dict[str, Any]:
    calibrator = _fitted(code, *validation)
    return {**_bins(calibrator, labels, logits), **_error(calibrator, labels, logits)}


@suite.check("gives plain numbers: a list of `Bin`, an error and a temperature", slack=FITTED_NUMBER)
def form(code: Code, rng: torch.Generator) -> Iterator[Case]:
    data = _sentences(rng, HONEST)
    fitted = partial(_fitted, code, *_sentences(rng, HONEST, temperature=1.5))
    yield _unfitted("the bins", code, data, lambda calibrator, *given: calibrator.reliability(*given))
    yield _unfitted("the error", code, data, lambda calibrator, *given: {"the error": calibrator.error(*given)})
    # Its value is judged elsewhere.
    yield case("the temperature", lambda: {"the temperature": fitted().temperature})


@suite.check("puts a confidence on the border of two bins into the lower one", careful=True, slack=SINGLE)
def borders(code: Code, rng: torch.Generator) -> Iterator[Case]:
    # Equal logits have exactly equal probabilities. The label is none of these classes: whoever is predicted is wrong.
    half, quarter = torch.tensor([[0.0, 0.0, -2000.0]]), torch.tensor([[0.0, 0.0, 0.0, 0.0, -2000.0]])
    sure = torch.tensor([[2000.0, 0.0, 0.0]])
    cases = {
        "confidence 0.5 of two bins": (half, torch.tensor([2]), 2),
        "confidence 0.5 of ten bins": (half, torch.tensor([2]), 10),
        "confidence 0.25 of four bins": (quarter, torch.tensor([4]), 4),
        "confidence 1 of ten bins": (sure, torch.tensor([0]), 10),
    }
    for label, (logits, labels, number) in cases.items():
        # A second sentence in the bin below the border, so that it is seen whether both are in one.
        margin = 1.2 if logits is sure else 0.03
        beside = torch.cat([logits, logits / 1000 + margin * torch.eye(logits.shape[1])[:1]])
        two = torch.cat([labels, labels])
        yield _unfitted(label, code, (two, beside), _bins, number)


@suite.check("measures no sentences: no bin, and an error of 0; and refuses to be fitted on them", careful=True)
def nothing(code: Code, rng: torch.Generator) -> Iterator[Case]:
    none = torch.zeros(0, dtype=torch.long), torch.zeros(0, 3)
    yield _unfitted("the bins", code, none, _bins)
    yield _unfitted("the error", code, none, _error)
    yield _unfitted("the fit, a ValueError", code, none, _refused_fit)


def _refused_fit(calibrator: Any, labels: Tensor, logits: Tensor) -> Any:
    return outcome(partial(calibrator.fit, labels, logits))


@suite.check("stays between 0.05 and 20 where the model is always right or always wrong", careful=True)
def extremes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, right in {"always right": 8, "always wrong": 0}.items():
        labels, logits = _sentences(rng, ((0.52, right, 8),))
        yield case(label, partial(_temperature_after, code, labels, logits), labels=labels, logits=logits)


@suite.check("computes in double precision, whatever the logits are", sees="the probabilities", careful=True)
def precision(code: Code, rng: torch.Generator) -> Iterator[Case]:
    logits = tenths(torch.randn(3, 3, generator=rng) * 4)
    forms = {str(dtype).removeprefix("torch."): logits.to(dtype) for dtype in (torch.float32, *HALVES)}
    forms |= {"transposed": transposed(logits), "very large logits": 500 * logits.double()}
    for label, given in forms.items():
        yield case(label, lambda given=given: code.calibration.Calibrator().probabilities(given), logits=given)


@suite.check("leaves the labels and the logits as they were", careful=True)
def inputs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    fit = lambda _, *given: _temperature_after(code, *given)  # noqa: E731
    calls: dict[str, Look] = {"fit": fit, "reliability": _bins, "error": _error}
    for label, call in calls.items():
        labels, logits = _sentences(rng, HONEST, temperature=2.0)
        given = {"labels": labels, "logits": logits}
        see = partial(_untouched_after, partial(call, code.calibration.Calibrator()), given)
        yield case(label, see, **given)


def _untouched_after(call: Callable[..., Any], given: dict[str, Tensor]) -> Any:
    return afterwards(call, **given) | {"the result": "looked at elsewhere"}
