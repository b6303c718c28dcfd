"""Checks of exercise 4.3, `stratified_split`."""

from collections import Counter
from collections.abc import Iterable
from functools import partial
from itertools import chain
from typing import Any

import torch

from ...protocol.suite import Code, Suite
from ..inputs import outcome
from ..samples import CLASSES, make_samples, seeds_from, sides_of, size_of_test

suite = Suite()


def _counted(code: Code, counts: Iterable[int]) -> Any:
    """Make a dataset with so many samples of each combination, (0, 0), (0, 1), (1, 0) and so on; all are different."""
    labels = [(index // 2, index % 2) for index, count in enumerate(counts) for _ in range(count)]
    samples = (code.dataset.Sample(f"sentence {i}", a, b) for i, (a, b) in enumerate(labels))
    return code.dataset.MultiTaskDataset(samples, *CLASSES)


@suite.check("gives every combination of labels the same share on both sides")
def split_shares(code: Code, rng: torch.Generator) -> Any:
    dataset = _counted(code, (8, 20, 4, 0, 16, 40))
    splits = [code.dataset.stratified_split(dataset, share, seeds_from(rng)[0]) for share in (0.25, 0.5, 0.75)]
    return [(train.distribution(), test.distribution()) for train, test in splits]


SMALL = (1, 2, 3, 7, 11, 23)


SHARES = (0.05, 0.2, 0.45, 0.9)


@suite.check("has small combinations on both sides, and single samples in training")
def split_small(code: Code, rng: torch.Generator) -> Any:
    dataset, results = _counted(code, SMALL), []
    for share in SHARES:
        test = code.dataset.stratified_split(dataset, share, seeds_from(rng)[0])[1]
        counts = Counter((sample.taskA, sample.taskB) for sample in test.samples)
        results.append([counts[a, b] for a in range(3) for b in range(2)])
    return results


@suite.check("puts every sample on one side, once, even where sentences are equal")
def split_complete(code: Code, rng: torch.Generator) -> Any:
    dataset = code.dataset.MultiTaskDataset([*make_samples(code, 18), *make_samples(code, 12)], *CLASSES)
    return sides_of(code.dataset.stratified_split(dataset, 0.3, seeds_from(rng)[0]))


@suite.check("repeats its split for the same seed, and only then")
def split_by_seed(code: Code, rng: torch.Generator) -> Any:
    first, other = seeds_from(rng)
    dataset = _counted(code, (20, 20, 20))
    return [list(chain(*sides_of(code.dataset.stratified_split(dataset, 0.5, seed)))) for seed in (first, first, other)]


@suite.check("chooses the samples at random")
def split_choice(code: Code, rng: torch.Generator) -> Any:
    dataset = _counted(code, (8, 8))
    return [code.dataset.stratified_split(dataset, 0.5, seed)[1].sentences for seed in seeds_from(rng, 60)]


@suite.check("shuffles both sides")
def split_mixed(code: Code, rng: torch.Generator) -> Any:
    split = code.dataset.stratified_split(_counted(code, (20, 20, 20, 20)), 0.5, seeds_from(rng)[0])
    return [[(sample.taskA, sample.taskB) for sample in side] for side in sides_of(split)]


@suite.check("keeps the names of the classes, and leaves the dataset as it was")
def split_classes(code: Code, rng: torch.Generator) -> Any:
    samples = [code.dataset.Sample(str(i), 0, i % 2) for i in range(12)]
    dataset = code.dataset.MultiTaskDataset(samples, ["x"], ["one", "two", "three"])
    split = code.dataset.stratified_split(dataset, 0.5, seeds_from(rng)[0])
    names = [(tuple(side.taskA_classes), tuple(side.taskB_classes)) for side in split]
    return {"names of both sides": names, "samples afterwards": list(dataset.samples)}


@suite.check("takes a fifth and the seed 0 if not told otherwise")
def split_defaults(code: Code, rng: torch.Generator) -> Any:
    split, dataset = code.dataset.stratified_split, _counted(code, (20, 20))
    return [sides_of(split(dataset)), sides_of(split(dataset, test_fraction=0.2, seed=0))]


@suite.check("refuses a dataset in which no combination occurs twice")
def split_refuses(code: Code, rng: torch.Generator) -> Any:
    cases: tuple[tuple[int, ...], ...] = ((1, 1), (1,), (), (1, 1, 1, 1, 1, 1), (1, 2))
    datasets = {f"combinations that occur {counts} times": _counted(code, counts) for counts in cases}
    test = partial(partial, size_of_test, code.dataset.stratified_split)
    return {name: outcome(test(dataset)) for name, dataset in datasets.items()}
