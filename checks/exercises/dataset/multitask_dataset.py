"""Checks of exercise 4.2, `MultiTaskDataset`."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader

from ...exercise import exercise
from ..inputs import outcome
from .common import CLASSES, make_samples

dataset_exercise = exercise("4.2")


def _three_classes(course: Any, samples: Iterable[Any]) -> Any:
    """Make the learner's dataset with three classes for task A."""
    return course.dataset.MultiTaskDataset(samples, *CLASSES)


@dataset_exercise.check("holds its samples in their order")
def dataset_order(course: Any, rng: torch.Generator) -> Any:
    dataset = _three_classes(course, make_samples(course))
    items = [dataset[i] for i in range(len(dataset))]
    return {
        "length": len(dataset),
        "items": items,
        "samples": list(dataset.samples),
        "sentences": list(dataset.sentences),
    }


@dataset_exercise.check("takes samples that can be read only once")
def dataset_of_iterator(course: Any, rng: torch.Generator) -> Any:
    dataset = _three_classes(course, (sample for sample in make_samples(course)))
    return {
        "length": len(dataset),
        "first sample": dataset[0],
        "sentences": dataset.sentences,
        "sentences again": dataset.sentences,
    }


@dataset_exercise.check("feeds a PyTorch DataLoader")
def dataset_in_loader(course: Any, rng: torch.Generator) -> Any:
    return list(DataLoader(_three_classes(course, make_samples(course)), batch_size=4, collate_fn=list))


@dataset_exercise.check("keeps the names of the classes")
def dataset_classes(course: Any, rng: torch.Generator) -> Any:
    default = course.dataset.MultiTaskDataset([])
    lists = course.dataset.MultiTaskDataset([], ["x", "y", "z"], ["one"])
    named = course.dataset.MultiTaskDataset([], taskB_classes=("p", "q"), taskA_classes=("r",))
    datasets = {"no names given": default, "lists": lists, "names by keyword": named}
    return {name: (tuple(d.taskA_classes), tuple(d.taskB_classes)) for name, d in datasets.items()}


def _refused(course: Any, labels: tuple[tuple[int, int], ...]) -> dict[str, Any]:
    """Try samples with these labels, alone and after good ones."""
    return {
        f"labels {a} and {b} after {before} good samples": _accepts(course, a, b, before)
        for a, b in labels
        for before in (0, 4)
    }


def _accepts(course: Any, taskA: int, taskB: int, before: int = 0, read: Callable[[Any], Any] = list) -> Any:
    """Try a sample with these labels after some good ones: the dataset's length, or the name of the error."""
    samples = [*make_samples(course, before), course.dataset.Sample("last", taskA, taskB)]
    return outcome(lambda: len(_three_classes(course, read(samples))))


@dataset_exercise.check("accepts every label that has a class")
def dataset_accepts(course: Any, rng: torch.Generator) -> Any:
    default = course.dataset.MultiTaskDataset([course.dataset.Sample("a", 1, 1), course.dataset.Sample("b", 0, 0)])
    lengths = {f"labels {a} and {b}": _accepts(course, a, b) for a in range(3) for b in range(2)}
    return {"two classes each": len(default), **lengths}


@dataset_exercise.check("refuses a label beyond the last class")
def dataset_refuses_large(course: Any, rng: torch.Generator) -> Any:
    return _refused(course, ((3, 0), (0, 2), (9, 9)))


@dataset_exercise.check("refuses a negative label")
def dataset_refuses_negative(course: Any, rng: torch.Generator) -> Any:
    return _refused(course, ((-1, 0), (0, -1), (-3, -2)))


@dataset_exercise.check("refuses a label without a class in samples that can be read only once")
def dataset_refuses_in_iterator(course: Any, rng: torch.Generator) -> Any:
    labels = ((3, 0), (0, 2), (-1, 0), (0, 1))
    return {f"labels {a} and {b}": _accepts(course, a, b, 3, iter) for a, b in labels}


@dataset_exercise.check("makes a subset in the order of the indices")
def subset_order(course: Any, rng: torch.Generator) -> Any:
    dataset = _three_classes(course, make_samples(course))
    kinds = {"a list": [4, 0, 3], "a range": range(2), "an iterator": iter((5, 1)), "an array": np.array([3, 2])}
    subsets = {name: dataset.subset(indices) for name, indices in {**kinds, "no indices": []}.items()}
    seen = {name: (type(subset).__name__, list(subset.samples)) for name, subset in subsets.items()}
    return {**seen, "the dataset afterwards": list(dataset.samples)}


@dataset_exercise.check("keeps the names of the classes in a subset")
def subset_classes(course: Any, rng: torch.Generator) -> Any:
    names = ("x", "y"), ("one", "two", "three")
    subset = course.dataset.MultiTaskDataset([course.dataset.Sample("a", 0, 1)], *names).subset([0])
    return {"taskA_classes": tuple(subset.taskA_classes), "taskB_classes": tuple(subset.taskB_classes)}


@dataset_exercise.check("counts the combinations that occur, by the names of the classes")
def distribution_counts(course: Any, rng: torch.Generator) -> Any:
    datasets = {count: _three_classes(course, make_samples(course, count)) for count in (0, 1, 3, 20)}
    return {f"{count} samples": dict(dataset.distribution()) for count, dataset in datasets.items()}


@dataset_exercise.check("lists the combinations in the order of the labels")
def distribution_order(course: Any, rng: torch.Generator) -> Any:
    return list(_three_classes(course, make_samples(course, 20)).distribution().values())
