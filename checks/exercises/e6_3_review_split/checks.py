"""Checks of exercise 6.3, `review_split`."""

import random
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any

import torch

from ...protocol.suite import Case, Code, Suite, case
from ..inputs import outcome
from ..samples import CLASSES, ENDINGS, repeated, samples_of, seeds_from, sides_of, touched_by, with_defaults

suite = Suite(sees="both sides")

Labels = tuple[int, int]
SPLITS = 8  # of one dataset: no limit is to be kept or broken by chance

ALL: tuple[Labels, ...] = ((0, 0), (0, 1), (1, 0), (1, 1))


def _of_sizes(code: Code, sizes: Sequence[int], labels: Sequence[Labels] = ALL, templates: bool = False) -> Any:
    """Make a dataset of reviews with so many sentences, each of one combination of labels, in turn; all stand mixed.

    Args:
        code: Knows how a sample looks.
        sizes: Of the reviews.
        labels: The combinations.
        templates: The sentences are generated: they know a template, and no review.
    """
    reviews = [number for number, size in enumerate(sizes) for _ in range(size)]
    random.Random(len(reviews)).shuffle(reviews)
    return _dataset(code, [(*labels[number % len(labels)], number) for number in reviews], templates)


def _mixed(code: Code, rng: torch.Generator, reviews: int) -> Any:
    """Make a dataset of reviews that mostly have one mood, but not always."""
    rows = []
    for number in range(reviews):
        topic, mood, size = (int(torch.randint(most, (1,), generator=rng)) for most in (2, 2, 9))
        turned = torch.rand(size + 1, generator=rng) < 0.3
        rows += [(topic, 1 - mood if turn else mood, number) for turn in turned]
    order = torch.randperm(len(rows), generator=rng).tolist()
    return _dataset(code, [rows[place] for place in order])


def _dataset(code: Code, rows: Sequence[tuple[int, int, int]], templates: bool = False) -> Any:
    """Make a dataset of labels and numbers of reviews; its sentences are numbered."""
    field = "template" if templates else "review"
    samples = [code.dataset.Sample(str(i), a, b, **{field: f"Topic {k}"}) for i, (a, b, k) in enumerate(rows)]
    return code.dataset.MultiTaskDataset(samples, *CLASSES)


def _sizes(rng: torch.Generator, reviews: int, most: int) -> list[int]:
    return [size + 1 for size in torch.randint(most, (reviews,), generator=rng).tolist()]


def _table(dataset: Any) -> str:
    """Give sentence, labels and group of each sample, in a line each."""
    rows = ((each.sentence, each.taskA, each.taskB, each.review or each.template) for each in dataset.samples)
    return "\n".join("\t".join(map(str, row)) for row in rows)


def _split(code: Code, dataset: Any, fraction: float, seed: int) -> list[list[str]]:
    """Split; gives the sentences of both sides."""
    sides = samples_of(code, code.reviews.review_split(dataset, fraction, seed))
    return [[sample.sentence for sample in side] for side in sides]


def _splits(label: str, code: Code, dataset: Any, fraction: float, seeds: Sequence[int]) -> Case:
    """Make the case of splits that a judge looks at; it knows the dataset and the fraction.

    There are so many sentences that each side goes to it as one text, a sentence in each line.
    """

    def see() -> Any:
        splits = (_split(code, dataset, fraction, seed) for seed in seeds)
        return _table(dataset), fraction, [["\n".join(map(str, side)) for side in sides] for sides in splits]

    return case(label, see)


SMALL = {
    "two reviews of one sentence": (1, 1),
    "two reviews of two sentences": (2, 2),
    "two reviews, one of them large": (6, 1),
    "three reviews": (2, 3, 1),
    "eight reviews": (1, 5, 2, 3, 1, 4, 2, 1),
}


@suite.check("has no review on both sides, and none of the sides empty")
def undivided(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sizes in SMALL.items():
        yield _splits(label, code, _of_sizes(code, sizes), 0.5, seeds_from(rng, 4))
    yield _splits("twenty reviews, mixed labels", code, _mixed(code, rng, 20), 0.2, seeds_from(rng, 4))


@suite.check("puts every sentence on one side, once")
def complete(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sizes in SMALL.items():
        dataset = _of_sizes(code, sizes)
        yield case(label, partial(_copies, code, dataset, seeds_from(rng)[0]))


def _copies(code: Code, dataset: Any, seed: int) -> Any:
    both = chain(*samples_of(code, code.reviews.review_split(dataset, 0.5, seed)))
    return {"the samples of both sides together, sorted": sorted(both)}


@suite.check("counts equal sentences one by one")
def equal_sentences(code: Code, rng: torch.Generator) -> Iterator[Case]:
    sample = code.dataset.Sample
    cases = {
        "equal sentences of one review": [*[sample("yes", 0, 1, review="1")] * 3, sample("no", 0, 0, review="2")],
        "equal sentences of two reviews": [sample("yes", 0, 1, review=number) for number in "1122"],
    }
    for label, samples in cases.items():
        dataset = code.dataset.MultiTaskDataset(samples)
        yield case(label, partial(_copies, code, dataset, seeds_from(rng)[0]))


# Twenty reviews hold three quarters of the sentences: who counts reviews cannot hold out the right share of sentences.
FEW_LARGE = (12,) * 20 + (1,) * 80


@suite.check("holds out the share of the sentences that was asked for, and gives it second")
def shares(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {"reviews of one size": ((5,) * 80, (0.5, 0.25, 0.2, 0.1)), "a few large reviews": (FEW_LARGE, (0.5, 0.2))}
    for label, (sizes, fractions) in cases.items():
        for fraction in fractions:
            dataset = _of_sizes(code, sizes)
            yield _splits(f"{label}, fraction {fraction}", code, dataset, fraction, seeds_from(rng, SPLITS))


@suite.check("has nearly the same mix of labels on both sides, of both tasks together")
def mixes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    pairs: dict[str, Sequence[Labels]] = {
        "labels that differ in task A only": ((0, 1), (1, 1)),
        "labels that differ in task B only": ((1, 0), (1, 1)),
        "four combinations of labels": ALL,
    }
    for label, labels in pairs.items():
        for fraction in (0.5, 0.2):
            dataset = _of_sizes(code, _sizes(rng, 80, 12), labels)
            yield _splits(f"{label}, fraction {fraction}", code, dataset, fraction, seeds_from(rng, SPLITS))
    more = {
        "reviews of one size": _of_sizes(code, (5,) * 80),
        "a few large reviews": _of_sizes(code, FEW_LARGE),
        "mixed in each review": _mixed(code, rng, 60),
    }
    for label, dataset in more.items():
        yield _splits(f"four combinations of labels, {label}", code, dataset, 0.2, seeds_from(rng, SPLITS))


@suite.check("keeps sentences without a review together by their template")
def templates(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sizes in SMALL.items():
        named = label.replace("reviews", "templates")
        yield _splits(named, code, _of_sizes(code, sizes, templates=True), 0.5, seeds_from(rng, 4))


@suite.check("goes by the review where a sentence has a template as well", careful=True)
def both_known(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, same in {"one template for all": True, "a template for each sentence": False}.items():
        dataset = _of_sizes(code, (3, 2, 4, 1))
        samples = [each._replace(template="T" if same else f"T {i}") for i, each in enumerate(dataset.samples)]
        yield _splits(label, code, code.dataset.MultiTaskDataset(samples, *CLASSES), 0.5, seeds_from(rng, 4))


@suite.check("repeats its split for the same seed, and only then")
def by_seed(code: Code, rng: torch.Generator) -> Iterator[Case]:
    dataset = _of_sizes(code, _sizes(rng, 60, 6))
    return repeated(lambda seed: list(chain(*_split(code, dataset, 0.5, seed))), rng)


@suite.check("takes a fifth and the seed 0 if not told otherwise")
def defaults(code: Code, rng: torch.Generator) -> Iterator[Case]:
    options: dict[str, dict[str, Any]] = {
        "nothing given": {},
        "only the seed given": {"seed": 7},
        "only the fraction given": {"fraction": 0.5},
    }
    dataset = _of_sizes(code, (3,) * 40)
    for label, given in options.items():
        yield case(label, partial(with_defaults, partial(_with, code, dataset), given, {"fraction": 0.2, "seed": 0}))


def _with(code: Code, dataset: Any, options: dict[str, Any]) -> list[list[Any]]:
    return samples_of(code, code.reviews.review_split(dataset, **options))


@suite.check("keeps the names of the classes")
def classes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, names in {
        "names of two classes": (["p", "q"], ["r", "s"]),
        "names of three classes": (["x", "y", "z"], ["r", "s"]),
    }.items():
        yield case(label, partial(_classes, code, names, seeds_from(rng)[0]))


def _classes(code: Code, names: tuple[list[str], list[str]], seed: int) -> dict[str, list[str]]:
    samples = [code.dataset.Sample(str(i), i % len(names[0]), i % 2, review=str(i // 2)) for i in range(12)]
    split = code.reviews.review_split(code.dataset.MultiTaskDataset(samples, *names), 0.5, seed)
    return {
        f"{name} of the {side}": list(getattr(dataset, name))
        for side, dataset in zip(("training set", "part held out"), sides_of(code, split), strict=True)
        for name in ("taskA_classes", "taskB_classes")
    }


@suite.check("keeps the order of the dataset on both sides", careful=True)
def order(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sizes in {"eight reviews": SMALL["eight reviews"], "forty reviews": (3,) * 40}.items():
        yield _splits(label, code, _of_sizes(code, sizes), 0.5, seeds_from(rng, 2))


@suite.check("holds out shares that are not one over a whole number", careful=True)
def odd_shares(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for fraction in (0.4, 0.7, 0.9):
        yield _splits(f"fraction {fraction}", code, _of_sizes(code, (5,) * 80), fraction, seeds_from(rng, SPLITS))


@suite.check("has a sentence on both sides, however small or large the share is", careful=True)
def extreme_shares(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sizes in {"two reviews": (2, 2), "three reviews": (4, 1, 2)}.items():
        for fraction in (0.05, 0.2, 0.95):
            dataset = _of_sizes(code, sizes)
            yield _splits(f"{label}, fraction {fraction}", code, dataset, fraction, seeds_from(rng, 2))


@suite.check("refuses a dataset of fewer than two reviews with a ValueError", sees="the split", careful=True)
def refuses(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "two reviews of one sentence": ((1, 1), False),
        "one review of one sentence": ((1,), False),
        "one review of five sentences": ((5,), False),
        "one template of five sentences": ((5,), True),
        "no sentences": ((), False),
    }
    for label, (sizes, generated) in cases.items():
        dataset = _of_sizes(code, sizes, templates=generated)
        yield case(label, partial(outcome, partial(_side_sizes, code, dataset)))


def _side_sizes(code: Code, dataset: Any) -> list[int]:
    return [len(side) for side in samples_of(code, code.reviews.review_split(dataset, 0.5))]


@suite.check("leaves the dataset as it was", careful=True)
def dataset_afterwards(code: Code, rng: torch.Generator) -> Any:
    dataset = _of_sizes(code, (2, 2, 2, 2))
    total = sum(_side_sizes(code, dataset))
    return {"sentences of both sides": total, "the dataset's samples afterwards": list(dataset.samples)}


@suite.check("repeats its split in another process, where sets of strings have another order", careful=True)
def by_hash(code: Code, rng: torch.Generator) -> Iterator[Case]:
    seed = seeds_from(rng)[0]
    for label, generated in {"reviews": False, "templates": True}.items():
        yield case(label, lambda generated=generated: [_renamed(code, seed, each, generated) for each in ENDINGS])


def _renamed(code: Code, seed: int, ending: str, generated: bool) -> list[str]:
    """Split a dataset whose reviews, templates and sentences have an ending; gives the sentences without it."""
    dataset = _of_sizes(code, (2,) * 20, templates=generated)
    field = "template" if generated else "review"
    samples = [
        each._replace(sentence=f"{each.sentence} {ending}", **{field: f"{getattr(each, field)} {ending}"})
        for each in dataset.samples
    ]
    sides = _split(code, code.dataset.MultiTaskDataset(samples, *CLASSES), 0.5, seed)
    return [sentence.partition(" ")[0] for sentence in chain(*sides)]


@suite.check("leaves the random numbers alone that belong to everybody", careful=True)
def random_state(code: Code, rng: torch.Generator) -> Any:
    dataset, seed = _of_sizes(code, (2,) * 20), seeds_from(rng)[0]
    return touched_by(lambda: _split(code, dataset, 0.5, seed))
