"""The two sides of a challenge, the same on every machine: no review and no sentence stands on both.

The reviews are public, and so is the seed: what is hidden is hidden by discipline, not by force.
"""

import hashlib
import random
from typing import NamedTuple

from solutions.config import DataConfig
from solutions.dataset import MultiTaskDataset, Sample, stratified_split
from solutions.reviews import REVIEWS, load_reviews, review_split
from solutions.tasks import TASK_NAMES, UNLABELLED, Pair

# Another size, share, seed or order is another challenge: its results cannot be compared with those of this one.
VERSION = 1
SIZE, SHARE, SEED = 4800, 0.4, 2026
REVIEW_SIDES = "51d52af5d3227884b03d17c545e25d2af6f20de1773e3d780275e7c476c157d5"

DATA = DataConfig(data=REVIEWS, dataset_size=SIZE, seed=SEED)


class Division(NamedTuple):
    """What a learner gets with its labels, and what is hidden, in the order of its ids."""

    train: MultiTaskDataset
    hidden: MultiTaskDataset


def divide_reviews() -> Division:
    """Divide the fetched reviews, whole; a sentence that stands on both sides is taken out of training.

    Raises:
        OSError: They have not been fetched.
        ValueError: They are not the published ones, or come out in another way than those of this version.
    """
    train, hidden = review_split(load_reviews(SIZE, DATA.threshold, SEED).dataset, SHARE, SEED)
    secret = set(map(plain, hidden.sentences))
    known = [index for index, sentence in enumerate(train.sentences) if plain(sentence) not in secret]
    division = Division(train.subset(known), _shuffled(hidden))
    if sides(division) != REVIEW_SIDES:
        raise ValueError(
            f"the hidden split differs from that of version {VERSION} of the challenge, so no result would be "
            "comparable; use the Python and the course with which it was made"
        )
    return division


def divide_own(dataset: MultiTaskDataset) -> Division:
    """Divide a learner's own sentences with every combination of labels on both sides.

    What lacks a label goes to training: a hidden sentence has both. Of equal sentences, one may be hidden; the others
    are then left out. Each sentence counts as a review of its own.

    Raises:
        ValueError: No combination of labels occurs twice, or what is left for training has one class only.
    """
    classes = Pair(dataset.taskA_classes, dataset.taskB_classes)
    samples = [sample._replace(review=plain(sample.sentence)) for sample in dataset.samples]
    gapped = {sample.review for sample in samples if UNLABELLED in sample.labels}
    once = {sample.review: sample for sample in reversed(samples) if sample.review not in gapped}
    _, hidden = stratified_split(MultiTaskDataset(reversed(once.values()), *classes), seed=SEED)
    secret = {sample.review for sample in hidden.samples}
    train = MultiTaskDataset((sample for sample in samples if sample.review not in secret), *classes)
    for task, labels in zip(TASK_NAMES, zip(*(sample.labels for sample in train.samples), strict=True), strict=True):
        if len(set(labels) - {UNLABELLED}) < 2:
            raise ValueError(f"training would have one class of {task} only; more different sentences are needed")
    return Division(train, _shuffled(hidden))


def plain(sentence: str) -> str:
    """Reduce a sentence to what it has in common with the same one in other letters or blanks."""
    return " ".join(sentence.casefold().split())


def sides(division: Division) -> str:
    """Identify a division: the SHA-256 of all its sentences and labels, in order."""
    lines = [line for side in division for line in [*map(_line, side.samples), ""]]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _line(sample: Sample) -> str:
    return f"{sample.taskA}\t{sample.taskB}\t{sample.review}\t{sample.sentence}"


def _shuffled(dataset: MultiTaskDataset) -> MultiTaskDataset:
    """Shuffle, so that neither order nor id says anything about a label."""
    return dataset.subset(random.Random(SEED).sample(range(len(dataset)), len(dataset)))
