"""Real reviews: what beats the most frequent class, and what a bag of words?"""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from solutions.calibration import Calibrator
from solutions.dataset import MultiTaskDataset
from solutions.mistakes import find_mistakes
from solutions.tasks import Pair

from .real import FROZEN, Sets, ahead, bag_of_words, frozen, labels_of, real_config, real_sets, right, with_intervals

SEEDS = range(5)
SETTINGS: dict[str, dict[str, Any]] = {
    "most frequent class": {"model": "majority"},
    "bag of words": {"model": "bag of words"},
    "MiniLM frozen": {"model": "minilm"},
    "MPNet frozen": {"model": "mpnet"},
}


def measure(seed: int, model: str) -> dict[str, Any]:
    """Measure one model on a test set of reviews, and by how much it is ahead of the bag of words there."""
    sets = real_sets(seed)
    if model == "majority":
        hits = Pair(*map(_most_frequent, labels_of(sets.train), labels_of(sets.test)))
        return with_intervals(hits, sets.test)
    if model == "bag of words":
        return with_intervals(right(bag_of_words(sets), sets.test), sets.test)
    trained = frozen(real_config(seed=seed, backbone=model, **FROZEN), sets)
    return tested(trained.predict, sets)


def _most_frequent(known: Tensor, asked: Tensor) -> Tensor:
    return (asked == known.mode().values).double()


def tested(predict: Callable[[list[str]], Pair[Tensor]], sets: Sets) -> dict[str, Any]:
    """Measure what a model gets right, beside the bag of words, how sure it is, and what it confuses."""
    probabilities = predict(sets.test.sentences)
    ours = right(probabilities, sets.test)
    return {
        **with_intervals(ours, sets.test),
        **ahead(ours, right(bag_of_words(sets), sets.test), sets.test),
        **_calibration(predict(sets.validation.sentences).taskB.log(), probabilities.taskB.log(), sets),
        **_slices(probabilities.taskB.log(), sets.test),
        "confusion": _confusion(probabilities, sets.test),
    }


def _calibration(validated: Tensor, tested: Tensor, sets: Sets) -> dict[str, Any]:
    """Fit task B's temperature on the validation set, and measure its calibration on the test set."""
    labels = labels_of(sets.test).taskB
    measured: dict[str, Any] = {}
    calibrator = Calibrator()
    for when in ("before", "after"):
        measured[f"ece_{when}"] = calibrator.error(labels, tested)
        measured[f"reliability_{when}"] = _curve(calibrator, labels, tested)
        calibrator.fit(labels_of(sets.validation).taskB, validated)
    return measured | {"temperature": calibrator.temperature}


def _curve(calibrator: Calibrator, labels: Tensor, logits: Tensor) -> list[list[float]]:
    """Give sentences, confidence and accuracy of the bins above one half: of two classes, no other is ever full."""
    bins = {
        math.ceil(each.confidence * calibrator.bins): [*map(float, each)]
        for each in calibrator.reliability(labels, logits)
    }
    return [bins[number] for number in range(calibrator.bins // 2 + 1, calibrator.bins + 1)]


def _slices(logits: Tensor, dataset: MultiTaskDataset) -> dict[str, float]:
    """Give task B's accuracy on sentences with and without a word of negation, and by length."""
    reviews = [sample.review for sample in dataset.samples]
    slices = find_mistakes(dataset.sentences, reviews, labels_of(dataset).taskB, logits).slices
    return {f"{by} {name}": part.accuracy for by in ("negation", "length") for name, part in slices[by].items()}


def _confusion(probabilities: Pair[Tensor], dataset: MultiTaskDataset) -> list[list[float]]:
    """Tell how sentences of each topic and mood are classified: shares, `(true, predicted)`, moods change faster."""
    predicted = probabilities.map(lambda task: task.argmax(dim=-1))
    truth, said = (2 * topic + mood for topic, mood in (labels_of(dataset), predicted))
    counts = torch.bincount(4 * truth + said, minlength=16).view(4, 4)
    shares: list[list[float]] = (counts / counts.sum(dim=1, keepdim=True)).tolist()
    return shares
