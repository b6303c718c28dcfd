"""Checks of exercise 6.5, `Bootstrap`. The draws are everybody's own: where they matter, the judges decide."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ...protocol.suite import Case, Code, Suite, WrongForm, a, case, expect_parts
from ..inputs import HALVES, afterwards, outcome, tenths
from ..samples import ENDINGS, seeds_from, touched_by

suite = Suite(sees="the interval")

PARTS = ("the mean", "the low bound", "the high bound")
LEVEL = 0.8


def _names(sizes: Sequence[int], ending: str = "") -> list[str]:
    """Name the review of each sentence, for reviews of so many sentences."""
    return [f"review {number}{ending}" for number, size in enumerate(sizes, start=1) for _ in range(size)]


def _numbers(interval: Any) -> list[float]:
    """Take an interval apart, of any kind of numbers."""
    pairs = zip(PARTS, expect_parts(interval, *PARTS), strict=True)
    return [_number(value, name) for name, value in pairs]


def _number(value: Any, name: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise WrongForm(f"{name}: a number was expected, got {a(type(value).__name__)}") from error


def _interval(code: Code, reviews: Sequence[str], values: Tensor, **options: Any) -> list[float]:
    return _numbers(code.confidence.Bootstrap(reviews, **options).interval(values))


def _case(label: str, code: Code, rng: torch.Generator, reviews: list[str], values: Tensor, level: float) -> Case:
    """Make the case of an interval, beside what a judge needs to know how good it is."""
    seed = seeds_from(rng)[0]

    def see() -> dict[str, Any]:
        interval = _interval(code, reviews, values, resamples=2000, level=level, seed=seed)
        return {"interval": interval, "reviews": reviews, "values": values.double(), "level": level}

    return case(label, see, reviews=reviews, values=values, level=level)


def _shuffled(rng: torch.Generator, values: Sequence[float]) -> Tensor:
    """Give values in random order, each a little off."""
    order = torch.randperm(len(values), generator=rng)
    return torch.tensor(values)[order] + tenths(torch.rand(len(values), generator=rng)) / 100


@suite.check("gives the mean over the sentences", sees="the mean")
def mean(code: Code, rng: torch.Generator) -> Iterator[Case]:
    sizes = {
        "one review of three sentences": (3,),
        "three reviews of two sentences": (2, 2, 2),
        "reviews of different sizes": (1, 2, 6),
    }
    for label, counts in sizes.items():
        reviews = _names(counts)
        values = (torch.arange(len(reviews)) > 1).float() + tenths(torch.rand(len(reviews), generator=rng))
        see = partial(_mean, code, reviews, values)
        yield case(label, see, reviews=reviews, values=values)


def _mean(code: Code, reviews: list[str], values: Tensor) -> float:
    return _interval(code, reviews, values)[0]


@suite.check("gives the bounds between which the middle of the resampled means lies: 80 %")
def bounds(code: Code, rng: torch.Generator) -> Iterator[Case]:
    one_right = torch.tensor([1.0, 0.0, 0.0])
    yield _case("three reviews of one sentence", code, rng, _names([1] * 3), one_right, LEVEL)
    spread = _shuffled(rng, [number / 10 for number in range(12)])
    yield _case("twelve reviews of one sentence", code, rng, _names([1] * 12), spread, LEVEL)
    right = (torch.randperm(40, generator=rng) < 16).float()
    yield _case("forty reviews of one sentence", code, rng, _names([1] * 40), right, LEVEL)


@suite.check("draws a review with all its sentences")
def whole_reviews(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _case("one review", code, rng, _names([5]), tenths(torch.rand(5, generator=rng) * 3), LEVEL)
    differ = torch.tensor([0.0, 1.0]).repeat(4)
    yield _case("four reviews, each half right", code, rng, _names([2] * 4), differ, LEVEL)
    alike = _shuffled(rng, [number / 10 for number in range(10)]).repeat_interleave(4)
    yield _case("ten reviews, the sentences of each are alike", code, rng, _names([4] * 10), alike, LEVEL)
    order = torch.arange(40).view(10, 4).T.flatten().tolist()
    reviews, values = [_names([4] * 10)[index] for index in order], alike[order]
    yield _case(
        "ten reviews, the sentences of each are alike, and stand apart from each other",
        code,
        rng,
        reviews,
        values,
        LEVEL,
    )


@suite.check("takes the mean of a resample over its sentences, not over its reviews")
def sentences_count(code: Code, rng: torch.Generator) -> Iterator[Case]:
    sizes = (1, 6, 1, 1, 6, 1)
    reviews = _names(sizes)
    yield _case("different sizes, all values are equal", code, rng, reviews, torch.full((16,), 0.7), LEVEL)
    values = torch.tensor([float(size == 1) for size in sizes for _ in range(size)])
    jitter = torch.rand(16, generator=rng) / 20
    yield _case("different sizes, small reviews have large values", code, rng, reviews, values + jitter, 0.5)


SKEWED = (0.0, 0.0, 0.1, 0.1, 0.2, 0.3, 6.0)


@suite.check("cuts off as many of the resampled means on either side, as the level says")
def levels(code: Code, rng: torch.Generator) -> Iterator[Case]:
    spread = _shuffled(rng, [number / 10 for number in range(12)])
    for level in (0.5, 0.95):
        yield _case(f"values on both sides of the mean, level {level}", code, rng, _names([1] * 12), spread, level)
    skewed = _shuffled(rng, SKEWED)
    for level in (0.5, 0.8):
        yield _case(f"one value far above the others, level {level}", code, rng, _names([1] * 7), skewed, level)


@suite.check("compares two models on the same draws of reviews", sees="the difference")
def paired(code: Code, rng: torch.Generator) -> Iterator[Case]:
    reviews = _names([3] * 12)
    second = _shuffled(rng, range(12)).repeat_interleave(3)
    varied = _shuffled(rng, [number / 100 for number in range(12)]).repeat_interleave(3)
    cases = {
        "the first is ahead by the same everywhere": torch.full((36,), 0.25),
        "the first is behind by the same everywhere": torch.full((36,), -0.5),
        "the first is ahead by more or less": varied,
    }
    for label, ahead in cases.items():
        first, seed = second + ahead, seeds_from(rng)[0]
        see = partial(_comparison, code, reviews, first, second, seed)
        yield case(label, see, reviews=reviews, first=first, second=second)


def _comparison(code: Code, reviews: list[str], first: Tensor, second: Tensor, seed: int) -> dict[str, Any]:
    bootstrap = code.confidence.Bootstrap(reviews, level=LEVEL, seed=seed)
    values = first.double() - second.double()
    return {
        "interval": _numbers(bootstrap.compare(first, second)),
        "reviews": reviews,
        "values": values,
        "level": LEVEL,
    }


def _some(rng: torch.Generator) -> tuple[list[str], Tensor]:
    """Make reviews of different sizes, and values of which no two are alike."""
    reviews = _names((1, 3, 2, 1, 4, 2, 1, 1))
    return reviews, torch.randn(len(reviews), generator=rng, dtype=torch.double)


@suite.check("measures every model with the same draws", sees="the intervals")
def same_draws(code: Code, rng: torch.Generator) -> Iterator[Case]:
    reviews, values = _some(rng)
    for label, factor in {"the same values again": 1, "values that are twice as large": 2}.items():
        yield case(label, partial(_measured_twice, code, reviews, values, factor), reviews=reviews, values=values)


def _measured_twice(code: Code, reviews: list[str], values: Tensor, factor: int) -> dict[str, list[float]]:
    bootstrap = code.confidence.Bootstrap(reviews, level=LEVEL)
    first = _numbers(bootstrap.interval(values))
    bootstrap.compare(values, values.flip(0))
    return {"first": first, "then": [number / factor for number in _numbers(bootstrap.interval(factor * values))]}


@suite.check("repeats its draws for the same seed, and only then", sees="the intervals")
def seeds(code: Code, rng: torch.Generator) -> Iterator[Case]:
    reviews, values = _some(rng)
    first, other = seeds_from(rng)
    for label, seed in {"the same seed again": first, "another seed": other}.items():
        yield case(label, partial(_intervals, code, reviews, values, {"seed": first}, {"seed": seed}))


def _intervals(code: Code, reviews: list[str], values: Tensor, *options: dict[str, Any]) -> list[list[float]]:
    return [_interval(code, reviews, values, **each) for each in options]


@suite.check("draws as often as it is told", sees="the bounds")
def resamples(code: Code, rng: torch.Generator) -> Iterator[Case]:
    reviews, values = _some(rng)
    label = "a single resample, whose mean is both bounds"
    yield case(label, partial(_bounds_of_one, code, reviews, values, seeds_from(rng)[0]), reviews=reviews)


def _bounds_of_one(code: Code, reviews: list[str], values: Tensor, seed: int) -> list[float]:
    return _interval(code, reviews, values, resamples=1, seed=seed)[1:]


@suite.check("draws 2000 times with the seed 0, and gives the middle 95 %, if not told otherwise", sees="the intervals")
def defaults(code: Code, rng: torch.Generator) -> Iterator[Case]:
    reviews, values = _some(rng)
    written = {"resamples": 2000, "level": 0.95, "seed": 0}
    options: dict[str, dict[str, Any]] = {
        "nothing given": {},
        "only the seed given": {"seed": 7},
        "only the level given": {"level": 0.6},
        "only the resamples given": {"resamples": 500},
    }
    for label, given in options.items():
        yield case(label, partial(_intervals, code, reviews, values, given, {**written, **given}))


@suite.check("gives an `Interval` of plain numbers")
def form(code: Code, rng: torch.Generator) -> Iterator[Case]:
    reviews, values = _names((2, 2)), torch.full((4,), 0.5)
    bootstrap = code.confidence.Bootstrap(reviews)
    yield case("an interval", partial(bootstrap.interval, values), reviews=reviews, values=values)
    yield case("a comparison", partial(bootstrap.compare, values, values / 2), reviews=reviews, first=values)


@suite.check("refuses no sentences, and values that are not one for each sentence, with a ValueError", careful=True)
def refusals(code: Code, rng: torch.Generator) -> Iterator[Case]:
    bootstrap = partial(code.confidence.Bootstrap, _names((1, 2)))
    three, two, one = (torch.rand(size, generator=rng) for size in (3, 2, 1))
    calls: dict[str, Callable[[], Any]] = {
        "no sentences": lambda: type(code.confidence.Bootstrap([])).__name__,
        "too few values": lambda: bootstrap().interval(two),
        "too many values": lambda: bootstrap().interval(torch.cat([two, two])),
        "a column of values": lambda: bootstrap().interval(three.unsqueeze(1)),
        "a single value for three sentences": lambda: bootstrap().interval(one),
        "too few values of one of two models": lambda: bootstrap().compare(three, two),
        "a single value of one of two models": lambda: bootstrap().compare(three, one),
        "too few values of both models": lambda: bootstrap().compare(two, two),
    }
    for label, call in calls.items():
        yield case(label, partial(outcome, call))


@suite.check("takes values of other types: right or wrong, whole numbers, half precision", careful=True)
def types(code: Code, rng: torch.Generator) -> Iterator[Case]:
    reviews = _names((2, 1, 3))
    right = torch.rand(6, generator=rng) < 0.5
    for dtype in (torch.bool, torch.long, *HALVES, torch.double):
        values = right.to(dtype)
        label = str(dtype).removeprefix("torch.")
        yield case(label, partial(_means, code, reviews, values, values.flip(0)), first=values, second=values.flip(0))


def _means(code: Code, reviews: list[str], first: Tensor, second: Tensor) -> dict[str, float]:
    bootstrap = code.confidence.Bootstrap(reviews)
    return {
        "the mean": _numbers(bootstrap.interval(first))[0],
        "the difference": _numbers(bootstrap.compare(first, second))[0],
    }


@suite.check("leaves its inputs as they were", careful=True)
def inputs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    reviews = _names((1, 2))
    values = {"first": torch.rand(3, generator=rng), "second": torch.rand(3, generator=rng)}

    def compare(first: Tensor, second: Tensor) -> float:
        return _numbers(code.confidence.Bootstrap(reviews).compare(first, second))[0]

    yield case("three sentences", partial(afterwards, compare, **values), **values)


@suite.check("repeats its draws in another process, where sets of strings have another order", careful=True)
def hashes(code: Code, rng: torch.Generator) -> Any:
    sizes = (1, 3, 2, 1, 4, 2, 1, 1, 2, 3)
    values = torch.randn(sum(sizes), generator=rng, dtype=torch.double)
    return [_interval(code, _names(sizes, ending), values) for ending in ENDINGS]


@suite.check("leaves the random numbers alone that belong to everybody", careful=True)
def random_state(code: Code, rng: torch.Generator) -> Any:
    reviews, values = _some(rng)
    return touched_by(lambda: _interval(code, reviews, values))
