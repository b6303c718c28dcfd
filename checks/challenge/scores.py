"""How good predictions of the hidden sentences are: beside the baselines, with intervals, and which tier they reach."""

from typing import NamedTuple

import torch
from sklearn.metrics import f1_score
from torch import Tensor

from solutions.app.beside import Beside, beside_baselines
from solutions.app.closer import Scored
from solutions.calibration import Calibrator
from solutions.dataset import MultiTaskDataset
from solutions.tasks import Pair, Task

from .division import Division
from .predictions import Predicted
from .tiers import Standing, standings


class Score(NamedTuple):
    """What was measured on the hidden sentences.

    Attributes:
        sentences: How many learn, and how many were hidden.
        groups: How many reviews the hidden sentences are of: the intervals are over these.
        beside: The accuracies of the baselines and of the model.
        macro_f1: The plain mean of the classes' F1.
        calibration_error: How far its probabilities are from what they promise; None where there are none.
        tiers: How it stands to each.
    """

    sentences: tuple[int, int]
    groups: int
    beside: Pair[Beside]
    macro_f1: Pair[float]
    calibration_error: Pair[float | None]
    tiers: list[Standing]


def measure(predicted: Predicted, division: Division, are_reviews: bool) -> Score:
    """Measure predictions of the hidden sentences.

    Args:
        predicted: In the order of the ids.
        division: Both sides: the baselines learn from the training sentences, and from nothing else.
        are_reviews: They are the course's, of which its own models were measured.
    """
    train, hidden = division
    scored = _scored(predicted, hidden)
    beside = beside_baselines(scored, train, hidden)
    errors = (
        None if given is None else Calibrator().error(*pair)
        for given, pair in zip(predicted.probabilities, scored.values(), strict=True)
    )
    groups = len({sample.review for sample in hidden.samples})
    macro = Pair(*(_macro_f1(*pair) for pair in scored.values()))
    return Score((len(train), len(hidden)), groups, beside, macro, Pair(*errors), standings(beside, are_reviews))


def _scored(predicted: Predicted, hidden: MultiTaskDataset) -> Scored:
    """Give both tasks' labels and the logarithms of the classes' probabilities, `(sentences, classes)`."""
    classes = Pair(hidden.taskA_classes, hidden.taskB_classes).map(len)
    labels = torch.tensor([sample.labels for sample in hidden.samples]).T  # (tasks, sentences)
    scored: dict[Task, tuple[Tensor, Tensor]] = {}
    for (task, chosen), given, truth, count in zip(
        predicted.classes.items(), predicted.probabilities, labels, classes, strict=True
    ):
        sure = torch.ones(len(chosen), dtype=torch.double) if given is None else given
        scored[task] = truth, _probabilities(chosen, sure, count).log()
    return scored


def _probabilities(chosen: Tensor, sure: Tensor, classes: int) -> Tensor:
    """Share what the chosen class leaves among the others; it stays the most probable, however it was rounded."""
    sure = sure.clamp(1 / classes + 1e-9, 1)[:, None]
    others = (1 - sure) / (classes - 1)
    return others.repeat(1, classes).scatter(1, chosen[:, None], sure)


def _macro_f1(labels: Tensor, logits: Tensor) -> float:
    classes = range(logits.shape[-1])
    return float(f1_score(labels, logits.argmax(dim=-1), labels=classes, average="macro", zero_division=0))
