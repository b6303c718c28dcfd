"""Checks of exercise 4.2, `MultiTaskDataset`."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader

from ...protocol.suite import Case, Code, Suite, case, expect
from ..inputs import outcome
from ..samples import CLASSES, kind_of, listed, make_samples

suite = Suite(sees="the dataset")


def _three_classes(code: Code, samples: Iterable[Any]) -> Any:
    """Make the learner's dataset with three classes for task A."""
    return code.dataset.MultiTaskDataset(samples, *CLASSES)


def _held(dataset: Any) -> dict[str, Any]:
    """Look at a dataset from all sides; what is missing is told of by its name."""
    return {
        "the length": outcome(lambda: len(dataset)),
        "the samples": outcome(lambda: listed(dataset.samples)),
        "the samples, by index": outcome(lambda: [dataset[index] for index in range(len(dataset))]),
        "the sentences": outcome(lambda: _sentences(dataset)),
    }


def _sentences(dataset: Any) -> Any:
    return dataset.sentences if isinstance(dataset.sentences, list) else kind_of(dataset.sentences)


@suite.check("holds its samples in their order")
def dataset_order(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, order in {"one sample": [0], "three samples": [0, 1, 2], "one of two samples twice": [1, 0, 1]}.items():
        samples = [make_samples(code)[index] for index in order]
        sentences = [sample.sentence for sample in samples]
        yield case(label, lambda samples=samples: _held(_three_classes(code, samples)), sentences=sentences)


@suite.check("feeds a PyTorch DataLoader", sees="the batches")
def dataset_in_loader(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, count in {"two samples": 2, "six samples, in two batches": 6}.items():
        yield case(label, partial(_loaded, code, count))


def _loaded(code: Code, count: int) -> Any:
    return list(DataLoader(_three_classes(code, make_samples(code, count)), batch_size=4, collate_fn=list))


@suite.check("keeps the names of the classes")
def dataset_classes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    make = code.dataset.MultiTaskDataset
    datasets = {
        "tuples": partial(make, [], *CLASSES),
        "lists": partial(make, [], ["x", "y", "z"], ["one"]),
        "names by keyword": partial(make, [], taskB_classes=("p", "q"), taskA_classes=("r",)),
        "no names given": partial(make, []),
    }
    for label, dataset in datasets.items():
        yield case(label, lambda dataset=dataset: _classes(dataset()))


def _classes(dataset: Any) -> dict[str, Any]:
    """Give the names of the classes, whether in a list or in a tuple."""
    names = {name: outcome(partial(getattr, dataset, name)) for name in ("taskA_classes", "taskB_classes")}
    return {name: list(value) if isinstance(value, list | tuple) else value for name, value in names.items()}


def _distribution(dataset: Any) -> dict[Any, int]:
    counts: dict[Any, int] = expect(dict, dataset.distribution(), "the distribution")
    return dict(counts)


COUNTED = {
    "one sample": [(0, 0)],
    "three samples, two of them alike": [(0, 1), (2, 0), (0, 1)],
    "six samples, all combinations": [(a, b) for b in (1, 0) for a in (2, 0, 1)],
    "no samples": [],
}


def _labelled(code: Code, labels: Iterable[tuple[int, int]]) -> Any:
    """Make a dataset with samples of these labels."""
    return _three_classes(code, [code.dataset.Sample(f"sentence {i}", a, b) for i, (a, b) in enumerate(labels)])


@suite.check("counts the combinations that occur, by the names of the classes", sees="the distribution")
def distribution_counts(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, labels in COUNTED.items():
        yield case(label, lambda labels=labels: _distribution(_labelled(code, labels)), labels=labels)


ORDERED = {
    "task A's labels downwards": [(2, 0), (1, 0), (0, 0)],
    "task B's labels downwards": [(0, 1), (0, 0)],
    "the last combination most often": [(1, 0), (1, 1), (1, 1)],
    "all combinations": [(a, b) for b in (1, 0) for a in (2, 0, 1) for _ in range(1 + b)],
}


@suite.check("lists the combinations in the order of the labels", sees="the combinations")
def distribution_order(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, labels in ORDERED.items():
        yield case(label, lambda labels=labels: _in_order(_labelled(code, labels)), labels=labels)


def _in_order(dataset: Any) -> list[str]:
    keys = [key if isinstance(key, tuple) else (key,) for key in _distribution(dataset)]
    return [" and ".join(map(str, key)) for key in keys]


@suite.check("makes a subset in the order of the indices")
def subset_order(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, indices in {"one index": [1], "indices downwards": [2, 0], "an index twice": [1, 1]}.items():
        yield case(label, partial(_subset, code, indices), indices=indices)


def _subset(code: Code, indices: Iterable[int], count: int = 3) -> dict[str, Any]:
    return _shown(_for_subset(code, count).subset(indices))


def _for_subset(code: Code, count: int) -> Any:
    """Make a dataset whose labels suit the course's own classes as well: a subset that loses the names is made."""
    samples = [
        code.dataset.Sample(f"sentence {i}", i % 2, i // 2 % 2, f"template {i}", (str(i),)) for i in range(count)
    ]
    return _three_classes(code, samples)


def _shown(subset: Any) -> dict[str, Any]:
    """Look at a subset: of which type it is, and what it holds."""
    return {"the subset": kind_of(subset), "the samples of the subset": listed(getattr(subset, "samples", None))}


@suite.check("keeps the names of the classes in a subset")
def subset_classes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    classes = {"three and two classes": CLASSES, "two and three classes": (("x", "y"), ("one", "two", "three"))}
    for label, names in classes.items():
        yield case(label, partial(_classes_of_subset, code, names))


def _classes_of_subset(code: Code, names: tuple[tuple[str, ...], tuple[str, ...]]) -> dict[str, Any]:
    subset = code.dataset.MultiTaskDataset([code.dataset.Sample("a", 0, 1)], *names).subset([0])
    return {"the subset": kind_of(subset), **_classes(subset)}


@suite.check("accepts every label that has a class", sees="the length")
def dataset_accepts(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for a, b in ((0, 0), (1, 1), (2, 0), (2, 1)):
        yield case(f"labels {a} and {b}", partial(_accepts, code, [(a, b)]), labels=[a, b])


def _accepts(code: Code, labels: list[tuple[int, int]], read: Callable[[Any], Any] = list) -> Any:
    """Try samples with these labels: the dataset's length, or the error."""
    samples = [code.dataset.Sample(f"sentence {i}", a, b) for i, (a, b) in enumerate(labels)]
    return outcome(lambda: len(_three_classes(code, read(samples))))


@suite.check("refuses a label beyond the last class with a ValueError", sees="a dataset with three and two classes")
def dataset_refuses_large(code: Code, rng: torch.Generator) -> Iterator[Case]:
    labels = {
        "far beyond, task A": (9, 0),
        "far beyond, task B": (0, 9),
        "by one, task A": (3, 0),
        "by one, task B": (0, 2),
    }
    for label, pair in labels.items():
        yield case(label, partial(_accepts, code, [pair]), labels=list(pair))


@suite.check("refuses a negative label with a ValueError", sees="a dataset with three and two classes", careful=True)
def dataset_refuses_negative(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, pair in {"task A": (-1, 0), "task B": (0, -1), "both tasks": (-3, -2)}.items():
        yield case(label, partial(_accepts, code, [pair]), labels=list(pair))


@suite.check("looks at every sample's labels", sees="a dataset with three and two classes", careful=True)
def dataset_refuses_anywhere(code: Code, rng: torch.Generator) -> Iterator[Case]:
    good = [(0, 0), (2, 1), (1, 0)]
    samples = {"the first": [(0, 2), *good], "the second": [good[0], (3, 0), *good], "the last": [*good, (0, 2)]}
    for label, labels in samples.items():
        yield case(f"{label} has a label without a class", partial(_accepts, code, labels), labels=labels)


@suite.check("takes samples that can be read only once", careful=True)
def dataset_of_iterator(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("three samples", lambda: _held(_three_classes(code, iter(make_samples(code, 3)))))
    for label, pair in {"all with a class": (0, 1), "the last beyond": (3, 0), "the last negative": (0, -1)}.items():
        labels = [(0, 0), (2, 1), pair]
        see = partial(_accepts, code, labels, iter)
        yield case(f"labels, {label}", lambda see=see: {"the length": see()}, labels=labels)


@suite.check("makes a subset of any kind of indices, and of none", careful=True)
def subset_kinds(code: Code, rng: torch.Generator) -> Iterator[Case]:
    kinds: dict[str, Callable[[], Any]] = {
        "no indices": list,
        "a range": partial(range, 2),
        "an array": partial(np.array, [3, 2]),
        "an iterator": lambda: iter((5, 1)),
    }
    for label, indices in kinds.items():
        yield case(label, lambda indices=indices: _subset(code, indices(), 6))


@suite.check("leaves the dataset as it was when a subset is made", careful=True)
def subset_dataset(code: Code, rng: torch.Generator) -> Any:
    dataset = _for_subset(code, 3)
    shown = _shown(dataset.subset([2, 0]))
    return {**shown, "the dataset's samples afterwards": listed(dataset.samples)}
