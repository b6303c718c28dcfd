"""Real reviews: what beats the most frequent class, and what a bag of words?"""

from typing import Any

import torch
from torch import Tensor

from solutions.calibration import Calibrator
from solutions.multitask import MultiTaskSentenceTransformer
from solutions.tasks import Pair

from .real import FROZEN, Sets, ahead, bag_of_words, frozen, labels_of, real_config, real_sets, right, with_intervals

SEEDS = range(5)
SETTINGS: dict[str, dict[str, Any]] = {
    "majority": {"model": "majority"},
    "bag of words": {"model": "bag of words"},
    "MiniLM frozen": {"model": "minilm"},
    "MPNet frozen": {"model": "mpnet"},
}


def measure(seed: int, model: str) -> dict[str, Any]:
    """Measure one model on a test set of reviews, and by how much it is ahead of the bag of words there."""
    sets = real_sets(seed)
    words = right(bag_of_words(sets), sets.test)
    if model == "majority":
        hits = Pair(*(_most_frequent(*both) for both in zip(labels_of(sets.train), labels_of(sets.test), strict=True)))
        return with_intervals(hits, sets.test)
    if model == "bag of words":
        return with_intervals(words, sets.test)
    trained = frozen(real_config(seed=seed, backbone=model, **FROZEN), sets)
    ours = right(trained.predict(sets.test.sentences), sets.test)
    return with_intervals(ours, sets.test) | ahead(ours, words, sets.test) | _calibration(trained, sets)


def _most_frequent(known: Tensor, asked: Tensor) -> Tensor:
    return (asked == known.mode().values).double()


def _calibration(model: MultiTaskSentenceTransformer, sets: Sets) -> dict[str, Any]:
    """Fit task B's temperature on the validation set, and measure its calibration on the test set."""
    validated, tested = (model.predict(part.sentences).taskB.log() for part in (sets.validation, sets.test))
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
        int(torch.tensor(each.confidence * calibrator.bins).ceil()): each
        for each in calibrator.reliability(labels, logits)
    }
    return [list(bins[number]) for number in range(calibrator.bins // 2 + 1, calibrator.bins + 1)]
