"""A trained model beside the baselines that it has to beat, on the same sentences."""

from typing import NamedTuple

import torch
from torch import Tensor

from ..baselines import baselines
from ..confidence import Bootstrap, Interval
from ..dataset import MultiTaskDataset
from ..tasks import Pair
from .closer import Scored


class Beside(NamedTuple):
    """The accuracies of one task, and how far the model is ahead of the bag of words."""

    majority: Interval
    bag_of_words: Interval
    model: Interval
    ahead: Interval


def beside_baselines(scored: Scored, train_set: MultiTaskDataset, test_set: MultiTaskDataset) -> Pair[Beside]:
    """Measure the baselines and a model's scores on a test set of reviews, with 95 % intervals over whole reviews."""
    bootstrap = Bootstrap([sample.review for sample in test_set.samples])
    measured = []
    for seen, (labels, logits) in zip(_labels(train_set), scored.values(), strict=True):
        majority, bag_of_words = baselines(train_set.sentences, seen.tolist(), test_set.sentences)
        bag, ours = ((scores.argmax(dim=-1) == labels).double() for scores in (bag_of_words, logits))
        common = bootstrap.interval((labels == majority).double())
        measured.append(Beside(common, bootstrap.interval(bag), bootstrap.interval(ours), bootstrap.compare(ours, bag)))
    return Pair(*measured)


def _labels(dataset: MultiTaskDataset) -> Pair[Tensor]:
    return Pair(*torch.tensor([sample.labels for sample in dataset.samples]).T)
