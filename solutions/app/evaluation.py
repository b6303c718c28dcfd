"""What was measured of a model, with how far it may be due to the sentences that were tested."""

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from ..confidence import Interval
from ..evaluator import Metrics
from ..tasks import Pair
from .beside import Beside
from .sets import Sets


class Evaluation(NamedTuple):
    """What was measured on the test sentences.

    The number of sentences in each set, the metrics, and the accuracies with their 95 % intervals: over reviews for
    reviews, and those of a bag of words with them; else over sentences, and None where no sentence has a label.
    """

    sizes: dict[str, int]
    metrics: Metrics
    accuracy: Pair[Interval | None]
    bag_of_words: Pair[Interval] | None = None


def evaluation(sets: Sets, metrics: Metrics, measured: Pair[Beside] | None) -> Evaluation:
    """Sum up a training.

    Args:
        sets: What it was trained, chosen and tested on.
        metrics: Of the test sentences.
        measured: If they are reviews, what `beside_baselines` gives of them.
    """
    validation = len(sets.validation) if sets.validation else 0
    sizes = {"training": len(sets.train), "choosing the epoch": validation, "testing": len(sets.test)}
    if measured:
        return Evaluation(
            sizes, metrics, measured.map(lambda task: task.model), measured.map(lambda task: task.bag_of_words)
        )
    tables = Pair(metrics["taskA"]["confusion_matrix"], metrics["taskB"]["confusion_matrix"])
    return Evaluation(sizes, metrics, tables.map(over_sentences))


def over_sentences(confusion: list[list[int]]) -> Interval | None:
    """Give an accuracy with its 95 % interval over sentences (Wilson 1927), None if there is no sentence.

    Resampling would say of a model without a mistake that it never makes one.
    """
    right, total = sum(row[label] for label, row in enumerate(confusion)), sum(map(sum, confusion))
    if not total:
        return None
    share, z = right / total, NormalDist().inv_cdf(0.975)
    middle = share + z**2 / (2 * total)
    reach = z * sqrt(share * (1 - share) / total + z**2 / (4 * total**2))
    low, high = ((middle + way * reach) / (1 + z**2 / total) for way in (-1, 1))
    return Interval(share, max(0.0, low), min(1.0, high))
