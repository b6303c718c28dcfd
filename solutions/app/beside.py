"""A trained model beside the baselines that it has to beat, on the same sentences."""

from typing import NamedTuple

import torch
from torch import Tensor

from ..baselines import baselines
from ..confidence import Bootstrap, Interval
from ..dataset import MultiTaskDataset
from ..multitask import MultiTaskSentenceTransformer
from ..tasks import Pair


class Beside(NamedTuple):
    """The accuracies of one task, and how far the model is ahead of the bag of words."""

    majority: Interval
    bag_of_words: Interval
    model: Interval
    ahead: Interval


def beside_baselines(
    model: MultiTaskSentenceTransformer, train_set: MultiTaskDataset, test_set: MultiTaskDataset
) -> Pair[Beside]:
    """Measure the baselines and a model on a test set of reviews, with 95 % intervals over whole reviews."""
    bootstrap = Bootstrap([sample.review for sample in test_set.samples])
    answers = model.predict(test_set.sentences).map(lambda probabilities: probabilities.argmax(dim=-1))
    known, asked = _labels(train_set), _labels(test_set)
    measured = []
    for seen, labels, answer in zip(known, asked, answers, strict=True):
        majority, bag_of_words = baselines(train_set.sentences, seen.tolist(), test_set.sentences)
        bag, ours = (bag_of_words.argmax(dim=-1) == labels).double(), (answer == labels).double()
        common = bootstrap.interval((labels == majority).double())
        measured.append(Beside(common, bootstrap.interval(bag), bootstrap.interval(ours), bootstrap.compare(ours, bag)))
    return Pair(*measured)


def _labels(dataset: MultiTaskDataset) -> Pair[Tensor]:
    return Pair(*torch.tensor([sample.labels for sample in dataset.samples]).T)
