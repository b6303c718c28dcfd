"""Checks of exercise 4.3, `stratified_split`."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any

import torch

from ...protocol.suite import Case, Code, Suite, case
from ..inputs import outcome
from ..samples import CLASSES, ENDINGS, repeated, samples_of, seeds_from, sides_of, touched_by, with_defaults

suite = Suite(sees="both sides")

Counts = dict[tuple[int, int], int]  # samples of each combination of labels

SPLITS = 5  # of one dataset: that a share is right by chance in all of them happens once in a thousand times


def _counted(code: Code, counts: Counts) -> Any:
    """Make a dataset with so many samples of each combination of labels; all are different."""
    labels = [pair for pair, count in counts.items() for _ in range(count)]
    samples = (code.dataset.Sample(f"sentence {i}", a, b) for i, (a, b) in enumerate(labels))
    return code.dataset.MultiTaskDataset(samples, *CLASSES)


def _even(*counts: int) -> Counts:
    """Give counts of the combinations (0, 0), (0, 1), (1, 0) and so on."""
    return {(index // 2, index % 2): count for index, count in enumerate(counts) if count}


def _named(pair: tuple[int, int]) -> str:
    return f"labels {pair[0]} and {pair[1]}"


def _tested(side: Any) -> Counter[tuple[int, int]]:
    return Counter((sample.taskA, sample.taskB) for sample in side.samples)


@suite.check("puts every sample on one side, once")
def split_complete(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, count in {"all samples differ": 18, "some samples are equal": 12}.items():
        names = torch.randperm(1000, generator=rng)[:count].tolist()
        samples = [code.dataset.Sample(f"sentence {names[i % count]}", i % 2, 1 - i % 2) for i in range(18)]
        yield case(label, partial(_copies, code, samples, seeds_from(rng)[0]))


def _copies(code: Code, samples: list[Any], seed: int) -> dict[str, Any]:
    """Count how often each sentence is on either side, and give the samples themselves, sorted."""
    dataset = code.dataset.MultiTaskDataset(samples, *CLASSES)
    both = list(chain(*samples_of(code, code.dataset.stratified_split(dataset, 0.75, seed))))
    copies = Counter(sample.sentence for sample in both)
    names = dict.fromkeys(sample.sentence for sample in samples)
    return {
        **{f"copies of '{name}' on both sides together": copies[name] for name in names},
        "all samples, sorted": sorted(both),
    }


MIXES: dict[str, tuple[Counts, float]] = {
    "combinations that differ in both tasks": ({(0, 1): 16, (1, 0): 16}, 0.25),
    "combinations that differ in task A only": ({(0, 0): 16, (1, 0): 16}, 0.25),
    "combinations that differ in task B only": ({(0, 0): 16, (0, 1): 16}, 0.25),
    "four combinations, some of them rare": (_even(8, 20, 4, 40), 0.5),
    "four combinations, more tested than trained on": (_even(8, 20, 4, 40), 0.75),
}


@suite.check("gives every combination of labels the share that was asked for")
def split_shares(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, (counts, share) in MIXES.items():
        samples = {_named(pair): count for pair, count in counts.items()}
        see = partial(_shares, code, counts, share, seeds_from(rng, SPLITS))
        yield case(label, see, samples=samples, test_fraction=share)


def _shares(code: Code, counts: Counts, share: float, seeds: list[int]) -> dict[str, list[int]]:
    """Count each combination on both sides of several splits."""
    dataset = _counted(code, counts)
    splits = [sides_of(code, code.dataset.stratified_split(dataset, share, seed)) for seed in seeds]
    return {
        f"samples of the {side} set, {_named(pair)}, in {SPLITS} splits": [_tested(s[index])[pair] for s in splits]
        for pair in counts
        for index, side in enumerate(("training", "test"))
    }


SHARES = (0.05, 0.2, 0.45, 0.9)


@suite.check("has a combination of two samples or more on both sides, and a single one in training")
def split_small(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for count in (1, 2, 3, 7, 11, 23):
        label = "a single sample" if count == 1 else f"{count} samples"
        see = partial(_small, code, count, seeds_from(rng)[0])
        yield case(f"{label} of a combination, many of another", see)


def _small(code: Code, count: int, seed: int) -> Any:
    """Give a combination's number of samples, and how many of them are tested, for several shares."""
    dataset = _counted(code, {(0, 1): 40, (1, 0): count})
    tested = [outcome(partial(_tests_of, code, dataset, (1, 0), share, seed)) for share in SHARES]
    return count, dict(zip(SHARES, tested, strict=True))


def _tests_of(code: Code, dataset: Any, pair: tuple[int, int], share: float, seed: int) -> int:
    _, test = sides_of(code, code.dataset.stratified_split(dataset, share, seed))
    return _tested(test)[pair]


def _split(code: Code, counts: Counts, share: float, seed: int) -> list[Any]:
    """Give the samples of the training set, and then those of the test set."""
    return list(chain(*samples_of(code, code.dataset.stratified_split(_counted(code, counts), share, seed))))


@suite.check("repeats its split for the same seed, and only then")
def split_by_seed(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return repeated(partial(_split, code, _even(20, 20, 20), 0.5), rng)


@suite.check("chooses the samples to be tested at random")
def split_choice(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, counts in {"one combination": _even(8), "two combinations": _even(8, 8)}.items():
        yield case(f"{label}, 60 seeds", partial(_choices, code, counts, seeds_from(rng, 60)))


def _choices(code: Code, counts: Counts, seeds: list[int]) -> list[list[str]]:
    dataset = _counted(code, counts)
    splits = [sides_of(code, code.dataset.stratified_split(dataset, 0.5, seed)) for seed in seeds]
    return [[sample.sentence for sample in test.samples] for _, test in splits]


@suite.check("shuffles both sides")
def split_mixed(code: Code, rng: torch.Generator) -> Iterator[Case]:
    seed = seeds_from(rng)[0]
    for index, side in enumerate(("the training set", "the test set")):
        yield case(side, partial(_mixed, code, index, seed))


def _mixed(code: Code, index: int, seed: int) -> list[tuple[int, int, int]]:
    """Give a side's labels, and the places that its samples had in the dataset."""
    dataset = _counted(code, _even(20, 20, 20, 20))
    place = {sample.sentence: at for at, sample in enumerate(dataset.samples)}
    side = samples_of(code, code.dataset.stratified_split(dataset, 0.5, seed))[index]
    return [(sample.taskA, sample.taskB, place[sample.sentence]) for sample in side]


@suite.check("keeps the names of the classes")
def split_classes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    classes = {
        "names of two classes": (["p", "q"], ["r", "s"]),
        "names of three classes": (["x", "y", "z"], ["r", "s"]),
    }
    for label, names in classes.items():
        yield case(label, partial(_classes, code, names, seeds_from(rng)[0]))


def _classes(code: Code, names: tuple[list[str], list[str]], seed: int) -> dict[str, list[str]]:
    samples = [code.dataset.Sample(str(i), i % len(names[0]), i % 2) for i in range(12)]
    split = code.dataset.stratified_split(code.dataset.MultiTaskDataset(samples, *names), 0.5, seed)
    return {
        f"{name} of the {side} set": list(getattr(dataset, name))
        for side, dataset in zip(("training", "test"), sides_of(code, split), strict=True)
        for name in ("taskA_classes", "taskB_classes")
    }


@suite.check("takes a fifth and the seed 0 if not told otherwise")
def split_defaults(code: Code, rng: torch.Generator) -> Iterator[Case]:
    options: dict[str, dict[str, Any]] = {
        "nothing given": {},
        "only the seed given": {"seed": 7},
        "only the share given": {"test_fraction": 0.4},
    }
    for label, given in options.items():
        yield case(label, partial(with_defaults, partial(_with, code), given, {"test_fraction": 0.2, "seed": 0}))


def _with(code: Code, options: dict[str, Any]) -> list[list[Any]]:
    return samples_of(code, code.dataset.stratified_split(_counted(code, _even(20, 20)), **options))


@suite.check("refuses a dataset in which no combination occurs twice with a ValueError", sees="the split", careful=True)
def split_refuses(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "one sample": (1,),
        "two samples, of different combinations": (1, 1),
        "six samples, of different combinations": (1, 1, 1, 1, 1, 1),
        "no samples": (),
        "three samples, two of one combination": (1, 2),
    }
    for label, counts in cases.items():
        see = partial(outcome, partial(_sizes, code, _even(*counts)))
        yield case(label, see, samples={_named(pair): count for pair, count in _even(*counts).items()})


def _sizes(code: Code, counts: Counts) -> list[int]:
    return [len(side) for side in samples_of(code, code.dataset.stratified_split(_counted(code, counts)))]


@suite.check("leaves the dataset as it was", careful=True)
def split_dataset(code: Code, rng: torch.Generator) -> Any:
    dataset, seed = _counted(code, _even(4, 4)), seeds_from(rng)[0]
    sides = samples_of(code, code.dataset.stratified_split(dataset, 0.5, seed))
    return {
        "sizes of both sides": [len(side) for side in sides],
        "the dataset's samples afterwards": list(dataset.samples),
    }


@suite.check("repeats its split in another process, where sets of strings have another order", careful=True)
def split_by_hash(code: Code, rng: torch.Generator) -> Iterator[Case]:
    seed = seeds_from(rng)[0]
    for named in ("sentences", "templates", "words", "names of classes"):
        yield case(named, lambda named=named: [_renamed(code, seed, named, ending) for ending in ENDINGS])


def _renamed(code: Code, seed: int, named: str, ending: str) -> list[int]:
    """Split a dataset where what is named has an ending; gives the samples' numbers, side after side."""
    endings = {named: ending}
    samples = [
        code.dataset.Sample(
            f"{i} {endings.get('sentences', '')}",
            i % 2,
            i // 2 % 2,
            f"template {i}{endings.get('templates', '')}",
            (f"word {i}{endings.get('words', '')}",),
        )
        for i in range(36)
    ]
    classes = ([name + endings.get("names of classes", "") for name in part] for part in CLASSES)
    split = code.dataset.stratified_split(code.dataset.MultiTaskDataset(samples, *classes), 0.5, seed)
    return [int(sample.sentence.split()[0]) for side in samples_of(code, split) for sample in side]


@suite.check("leaves the random numbers alone that belong to everybody", careful=True)
def split_random_state(code: Code, rng: torch.Generator) -> Any:
    dataset, seed = _counted(code, _even(4, 4)), seeds_from(rng)[0]
    return touched_by(lambda: sides_of(code, code.dataset.stratified_split(dataset, 0.5, seed)))
