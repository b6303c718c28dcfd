"""Checks of exercise 4.2, `MultiTaskDataset`."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader

from ...protocol.suite import Code, Suite
from ..inputs import outcome
from ..samples import CLASSES, make_samples

suite = Suite()


def _three_classes(code: Code, samples: Iterable[Any]) -> Any:
    """Make the learner's dataset with three classes for task A."""
    return code.dataset.MultiTaskDataset(samples, *CLASSES)


@suite.check("holds its samples in their order")
def dataset_order(code: Code, rng: torch.Generator) -> Any:
    dataset = _three_classes(code, make_samples(code))
    items = [dataset[i] for i in range(len(dataset))]
    return {
        "length": len(dataset),
        "items": items,
        "samples": list(dataset.samples),
        "sentences": list(dataset.sentences),
    }


@suite.check("takes samples that can be read only once")
def dataset_of_iterator(code: Code, rng: torch.Generator) -> Any:
    dataset = _three_classes(code, (sample for sample in make_samples(code)))
    return {
        "length": len(dataset),
        "first sample": dataset[0],
        "sentences": dataset.sentences,
        "sentences again": dataset.sentences,
    }


@suite.check("feeds a PyTorch DataLoader")
def dataset_in_loader(code: Code, rng: torch.Generator) -> Any:
    return list(DataLoader(_three_classes(code, make_samples(code)), batch_size=4, collate_fn=list))


@suite.check("keeps the names of the classes")
def dataset_classes(code: Code, rng: torch.Generator) -> Any:
    default = code.dataset.MultiTaskDataset([])
    lists = code.dataset.MultiTaskDataset([], ["x", "y", "z"], ["one"])
    named = code.dataset.MultiTaskDataset([], taskB_classes=("p", "q"), taskA_classes=("r",))
    datasets = {"no names given": default, "lists": lists, "names by keyword": named}
    return {name: (tuple(d.taskA_classes), tuple(d.taskB_classes)) for name, d in datasets.items()}


def _refused(code: Code, labels: tuple[tuple[int, int], ...]) -> dict[str, Any]:
    """Try samples with these labels, alone and after good ones."""
    return {
        f"labels {a} and {b} after {before} good samples": _accepts(code, a, b, before)
        for a, b in labels
        for before in (0, 4)
    }


def _accepts(code: Code, taskA: int, taskB: int, before: int = 0, read: Callable[[Any], Any] = list) -> Any:
    """Try a sample with these labels after some good ones: the dataset's length, or the name of the error."""
    samples = [*make_samples(code, before), code.dataset.Sample("last", taskA, taskB)]
    return outcome(lambda: len(_three_classes(code, read(samples))))


@suite.check("accepts every label that has a class")
def dataset_accepts(code: Code, rng: torch.Generator) -> Any:
    default = code.dataset.MultiTaskDataset([code.dataset.Sample("a", 1, 1), code.dataset.Sample("b", 0, 0)])
    lengths = {f"labels {a} and {b}": _accepts(code, a, b) for a in range(3) for b in range(2)}
    return {"two classes each": len(default), **lengths}


@suite.check("refuses a label beyond the last class")
def dataset_refuses_large(code: Code, rng: torch.Generator) -> Any:
    return _refused(code, ((3, 0), (0, 2), (9, 9)))


@suite.check("refuses a negative label")
def dataset_refuses_negative(code: Code, rng: torch.Generator) -> Any:
    return _refused(code, ((-1, 0), (0, -1), (-3, -2)))


@suite.check("refuses a label without a class in samples that can be read only once")
def dataset_refuses_in_iterator(code: Code, rng: torch.Generator) -> Any:
    labels = ((3, 0), (0, 2), (-1, 0), (0, 1))
    return {f"labels {a} and {b}": _accepts(code, a, b, 3, iter) for a, b in labels}


@suite.check("makes a subset in the order of the indices")
def subset_order(code: Code, rng: torch.Generator) -> Any:
    dataset = _three_classes(code, make_samples(code))
    kinds = {"a list": [4, 0, 3], "a range": range(2), "an iterator": iter((5, 1)), "an array": np.array([3, 2])}
    subsets = {name: dataset.subset(indices) for name, indices in {**kinds, "no indices": []}.items()}
    seen = {name: (type(subset).__name__, list(subset.samples)) for name, subset in subsets.items()}
    return {**seen, "the dataset afterwards": list(dataset.samples)}


@suite.check("keeps the names of the classes in a subset")
def subset_classes(code: Code, rng: torch.Generator) -> Any:
    names = ("x", "y"), ("one", "two", "three")
    subset = code.dataset.MultiTaskDataset([code.dataset.Sample("a", 0, 1)], *names).subset([0])
    return {"taskA_classes": tuple(subset.taskA_classes), "taskB_classes": tuple(subset.taskB_classes)}


@suite.check("counts the combinations that occur, by the names of the classes")
def distribution_counts(code: Code, rng: torch.Generator) -> Any:
    datasets = {count: _three_classes(code, make_samples(code, count)) for count in (0, 1, 3, 20)}
    return {f"{count} samples": dict(dataset.distribution()) for count, dataset in datasets.items()}


@suite.check("lists the combinations in the order of the labels")
def distribution_order(code: Code, rng: torch.Generator) -> Any:
    return list(_three_classes(code, make_samples(code, 20)).distribution().values())
