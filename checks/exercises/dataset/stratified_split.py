"""Checks of exercise 4.3, `stratified_split`."""

import math
from collections import Counter
from collections.abc import Iterable
from functools import partial
from itertools import chain, pairwise
from typing import Any

import torch

from ...exercise import exercise
from ..inputs import outcome
from .common import CLASSES, by_seed, make_samples, seeds_from, sides_of, size_of_test, twice_the_same

stratified = exercise("4.3")

SHARES_DIFFER = "the combinations of labels do not have the same share on both sides"


def _counted(course: Any, counts: Iterable[int]) -> Any:
    """Make a dataset with so many samples of each combination, (0, 0), (0, 1), (1, 0) and so on; all are different."""
    labels = [(index // 2, index % 2) for index, count in enumerate(counts) for _ in range(count)]
    samples = (course.dataset.Sample(f"sentence {i}", a, b) for i, (a, b) in enumerate(labels))
    return course.dataset.MultiTaskDataset(samples, *CLASSES)


def _judge_shares(observed: Any, expected: Any) -> str | None:
    for sides, wanted in zip(observed, expected, strict=True):
        if repr(sides) == repr(tuple(reversed(wanted))) != repr(wanted):
            return "the test set has the training set's share"
        if repr(sides) != repr(wanted):
            alone = _counts_of_taskA(sides) == _counts_of_taskA(wanted)
            return SHARES_DIFFER + (", only those of task A alone" if alone else "")
    return None


def _counts_of_taskA(sides: Any) -> list[Counter[str]]:
    """Count the samples of task A's classes on each side."""
    return [Counter(chain.from_iterable([a] * count for (a, _), count in side.items())) for side in sides]


@stratified.check("gives every combination of labels the same share on both sides", judge=_judge_shares)
def split_shares(course: Any, rng: torch.Generator) -> Any:
    dataset = _counted(course, (8, 20, 4, 0, 16, 40))
    splits = [course.dataset.stratified_split(dataset, share, seeds_from(rng)[0]) for share in (0.25, 0.5, 0.75)]
    return [(train.distribution(), test.distribution()) for train, test in splits]


SMALL = (1, 2, 3, 7, 11, 23)
SHARES = (0.05, 0.2, 0.45, 0.9)


def _judge_small(observed: Any, _: Any) -> str | None:
    if [len(tested) for tested in observed] != [len(SMALL)] * len(SHARES):
        return "the number of combinations differs"
    tests = [
        (share, count, test)
        for share, tested in zip(SHARES, observed, strict=True)
        for count, test in zip(SMALL, tested, strict=True)
    ]
    if any(not 0 < test < count for _, count, test in tests if count > 1):
        return "a combination with several samples is on one side only"
    if any(test for _, count, test in tests if count == 1):
        return "the only sample of a combination is in the test set"
    for share, count, test in tests:
        fewest, most = math.floor(count * share), math.ceil(count * share)
        if count > 1 and not min(fewest, count - 1) <= test <= max(most, 1):
            return "a combination's share of the test set is not the one asked for"
    return None


@stratified.check("has small combinations on both sides, and single samples in training", judge=_judge_small)
def split_small(course: Any, rng: torch.Generator) -> Any:
    dataset, results = _counted(course, SMALL), []
    for share in SHARES:
        test = course.dataset.stratified_split(dataset, share, seeds_from(rng)[0])[1]
        counts = Counter((sample.taskA, sample.taskB) for sample in test.samples)
        results.append([counts[a, b] for a in range(3) for b in range(2)])
    return results


def _judge_complete(observed: Any, expected: Any) -> str | None:
    given = Counter(repr(sample) for side in observed for sample in side)
    wanted = Counter(repr(sample) for side in expected for sample in side)
    if given - wanted:
        return "a sample is there twice, or changed"
    return "a sample got lost" if wanted - given else None


@stratified.check("puts every sample on one side, once, even where sentences are equal", judge=_judge_complete)
def split_complete(course: Any, rng: torch.Generator) -> Any:
    dataset = course.dataset.MultiTaskDataset([*make_samples(course, 18), *make_samples(course, 12)], *CLASSES)
    return sides_of(course.dataset.stratified_split(dataset, 0.3, seeds_from(rng)[0]))


@stratified.check("repeats its split for the same seed, and only then", judge=by_seed)
def split_by_seed(course: Any, rng: torch.Generator) -> Any:
    first, other = seeds_from(rng)
    dataset = _counted(course, (20, 20, 20))
    return [
        list(chain(*sides_of(course.dataset.stratified_split(dataset, 0.5, seed)))) for seed in (first, first, other)
    ]


def _judge_choice(observed: Any, _: Any) -> str | None:
    tested = Counter(sentence for side in observed for sentence in side)
    sizes = sorted({len(side) for side in observed})
    if len(observed) != 60 or sizes != [8]:
        return f"a test set has {' or '.join(map(str, sizes))} samples instead of 8"
    return None if len(tested) == 16 and max(tested.values()) < 60 else "some samples are tested never or always"


@stratified.check("chooses the samples at random", judge=_judge_choice)
def split_choice(course: Any, rng: torch.Generator) -> Any:
    dataset = _counted(course, (8, 8))
    return [course.dataset.stratified_split(dataset, 0.5, seed)[1].sentences for seed in seeds_from(rng, 60)]


def _judge_mixed(observed: Any, _: Any) -> str | None:
    for name, labels in zip(("training", "test"), observed, strict=True):
        if len(labels) != 40:
            return f"the {name} set has {len(labels)} samples instead of 40"
        if sum(this != following for this, following in pairwise(labels)) < 12:
            return f"the {name} set is sorted by the combinations of labels"
    return None


@stratified.check("shuffles both sides", judge=_judge_mixed)
def split_mixed(course: Any, rng: torch.Generator) -> Any:
    split = course.dataset.stratified_split(_counted(course, (20, 20, 20, 20)), 0.5, seeds_from(rng)[0])
    return [[(sample.taskA, sample.taskB) for sample in side] for side in sides_of(split)]


@stratified.check("keeps the names of the classes, and leaves the dataset as it was")
def split_classes(course: Any, rng: torch.Generator) -> Any:
    samples = [course.dataset.Sample(str(i), 0, i % 2) for i in range(12)]
    dataset = course.dataset.MultiTaskDataset(samples, ["x"], ["one", "two", "three"])
    split = course.dataset.stratified_split(dataset, 0.5, seeds_from(rng)[0])
    names = [(tuple(side.taskA_classes), tuple(side.taskB_classes)) for side in split]
    return {"names of both sides": names, "samples afterwards": list(dataset.samples)}


@stratified.check("takes a fifth and the seed 0 if not told otherwise", judge=twice_the_same)
def split_defaults(course: Any, rng: torch.Generator) -> Any:
    split, dataset = course.dataset.stratified_split, _counted(course, (20, 20))
    return [sides_of(split(dataset)), sides_of(split(dataset, test_fraction=0.2, seed=0))]


@stratified.check("refuses a dataset in which no combination occurs twice")
def split_refuses(course: Any, rng: torch.Generator) -> Any:
    cases: tuple[tuple[int, ...], ...] = ((1, 1), (1,), (), (1, 1, 1, 1, 1, 1), (1, 2))
    datasets = {f"combinations that occur {counts} times": _counted(course, counts) for counts in cases}
    test = partial(partial, size_of_test, course.dataset.stratified_split)
    return {name: outcome(test(dataset)) for name, dataset in datasets.items()}
