"""A trained model beside the baselines that it has to beat, on the same sentences."""

from typing import NamedTuple

from ..baselines import baselines
from ..confidence import Bootstrap, Interval
from ..dataset import MultiTaskDataset
from ..tasks import UNLABELLED, Pair
from .closer import Scored


class Beside(NamedTuple):
    """The accuracies of one task, and how far the model is ahead of the bag of words."""

    majority: Interval
    bag_of_words: Interval
    model: Interval
    ahead: Interval


def beside_baselines(scored: Scored, train_set: MultiTaskDataset, test_set: MultiTaskDataset) -> Pair[Beside]:
    """Measure the baselines and a model's scores on a test set of reviews, with 95 % intervals over whole reviews.

    A training sentence without a label of a task teaches that task's baselines nothing.
    """
    bootstrap = Bootstrap([sample.review for sample in test_set.samples])
    measured = []
    for task, (labels, logits) in scored.items():
        seen = [sample for sample in train_set.samples if getattr(sample, task) != UNLABELLED]
        known = [sample.sentence for sample in seen], [getattr(sample, task) for sample in seen]
        majority, bag_of_words = baselines(*known, test_set.sentences)
        bag, ours = ((scores.argmax(dim=-1) == labels).double() for scores in (bag_of_words, logits))
        common = bootstrap.interval((labels == majority).double())
        measured.append(Beside(common, bootstrap.interval(bag), bootstrap.interval(ours), bootstrap.compare(ours, bag)))
    return Pair(*measured)
