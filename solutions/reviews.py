"""Real sentences: reviews of technology and of films, each sentence rated by people.

Hutto & Gilbert (2014), VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text, ICWSM. The
sentences come with the package vaderSentiment, under the MIT licence, and are fetched from there.
"""

import random
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from .dataset import MultiTaskDataset, Sample
from .published import FETCH, fetched, verify
from .tasks import Pair
from .templates import TASK_A_CLASSES

REVIEWS = "reviews"
# One file for each class of task A, and its SHA-256.
FILES = {
    "amazonReviewSnippets_GroundTruth.txt": "11a9807a0974a2506a2d3b4851eaf69b3d6d20688ce4923adda2312a4f6dd6c2",
    "movieReviewSnippets_GroundTruth.txt": "c8293b0d942e90e223ea2c0955d969040d1a1be514a978b9af0698940bd13350",
}
MILDEST, STRONGEST = -4, 4


class RatedSentence(NamedTuple):
    """A sentence, the mean of its ratings from -4 to 4, and the review that it stands in."""

    sentence: str
    rating: float
    review: str


class Labelled(NamedTuple):
    """Sentences with a label for each task, and how many were neutral and left out."""

    dataset: MultiTaskDataset
    neutral: int


def read_ratings(path: str | Path) -> list[RatedSentence]:
    """Read rated sentences, in their order: UTF-8 lines of an id, the mean rating and the sentence, with tabs between.

    An id such as `12_3` is that of the third sentence of review 12; one without `_` is a review of one sentence. Lines
    end with a line feed, perhaps after a carriage return, and with no other sign. Blank lines are skipped, as is a byte
    order mark at the start; blanks around a sentence are removed.

    Args:
        path: The file.

    Raises:
        ValueError: A line is not UTF-8, has not three fields, or has a rating that is no number from -4 to 4, or no
            sentence. The error names the line of the file, counted from 1, and a rating that is wrong.
    """
    rated = []
    content = Path(path).read_bytes().removeprefix(BOM_UTF8)
    for number, line in enumerate(content.splitlines(), start=1):
        if line.strip():
            try:
                rated.append(_rated(line.decode()))
            except ValueError as error:
                raise ValueError(f"{path}, line {number}: {error}") from error
    return rated


def _rated(line: str) -> RatedSentence:
    fields = line.split("\t")
    if len(fields) != 3:
        raise ValueError(f"{line!r} has {len(fields)} fields, but must have an id, a rating and a sentence, with tabs")
    identity, mean, sentence = (field.strip() for field in fields)
    rating = float(mean)
    if not MILDEST <= rating <= STRONGEST:  # not-a-number is nowhere
        raise ValueError(f"the rating is {mean}, but must be from {MILDEST} to {STRONGEST}")
    if not sentence:
        raise ValueError(f"the sentence of {identity!r} is empty")
    return RatedSentence(sentence, rating, identity.partition("_")[0])


def label_ratings(
    technology: Sequence[RatedSentence],
    entertainment: Sequence[RatedSentence],
    size: int,
    threshold: float = 0.5,
    seed: int = 0,
) -> Labelled:
    """Draw as many sentences of each combination of labels, without repetition, shuffled.

    Task A's label is the topic. Task B's is 1 above the threshold and 0 below its negative; what is between them,
    both included, is neutral and left out. A review is known by topic and number: `Technology 12`. Equal sentences are
    different ones.

    Args:
        technology: Sentences on technology.
        entertainment: Sentences on entertainment.
        size: Sentences in all.
        threshold: The largest rating that is still neutral.
        seed: Of the draw.

    Returns:
        The sentences, and how many of all that were given are neutral.

    Raises:
        ValueError: The size is no positive multiple of four, or more than four times the rarest combination.
    """
    pools: dict[tuple[int, int], list[Sample]] = {(topic, mood): [] for topic in (0, 1) for mood in (0, 1)}
    neutral = 0
    for topic, rated in enumerate((technology, entertainment)):
        for sentence, rating, review in rated:
            if abs(rating) <= threshold:
                neutral += 1
                continue
            mood = int(rating > 0)
            pools[topic, mood].append(Sample(sentence, topic, mood, review=f"{TASK_A_CLASSES[topic]} {review}"))
    most = len(pools) * min(map(len, pools.values()))
    if size % len(pools) or not 0 < size <= most:
        raise ValueError(f"dataset size is {size}, but must be a positive multiple of 4, and at most {most}")
    rng = random.Random(seed)
    samples = [sample for pool in pools.values() for sample in rng.sample(pool, size // len(pools))]
    rng.shuffle(samples)
    return Labelled(MultiTaskDataset(samples), neutral)


def review_split(
    dataset: MultiTaskDataset, fraction: float = 0.2, seed: int = 0
) -> tuple[MultiTaskDataset, MultiTaskDataset]:
    """Split so that no review stands on both sides, and both have nearly the same mix of labels.

    Reviews are taken in random order, large ones first. Each goes to the side that keeps the part held out nearest to
    its share of all that has been divided so far, of every combination of labels; so the small ones mend what the large
    ones leave uneven.

    Args:
        dataset: Sentences with their reviews; generated ones are kept together by their template.
        fraction: Share of the sentences to hold out.
        seed: Of the order.

    Returns:
        Training set and the part held out, each in the order of the dataset; neither is empty.

    Raises:
        ValueError: There are fewer than two reviews.
    """
    members: dict[str, list[int]] = {}
    for index, sample in enumerate(dataset.samples):
        members.setdefault(sample.group, []).append(index)
    if len(members) < 2:
        raise ValueError(f"{len(dataset)} sentences of {len(members)} reviews cannot be split: two reviews are needed")
    shuffled = random.Random(seed).sample(list(members.values()), len(members))
    reviews = sorted(shuffled, key=len, reverse=True)
    seen: Counter[Pair[int]] = Counter()
    held: Counter[Pair[int]] = Counter()
    held_out: set[int] = set()
    for review in reviews:
        labels = Counter(dataset.samples[index].labels for index in review)
        seen += labels
        if _unevenness(held + labels, seen, fraction) < _unevenness(held, seen, fraction):
            held += labels
            held_out.update(review)
    if len(held_out) in (0, len(dataset)):  # neither side may be empty: the smallest review changes sides
        held_out.symmetric_difference_update(reviews[-1])
    everything = range(len(dataset))
    return (
        dataset.subset(index for index in everything if index not in held_out),
        dataset.subset(index for index in everything if index in held_out),
    )


def _unevenness(held: Counter[Pair[int]], seen: Counter[Pair[int]], fraction: float) -> float:
    return sum((held[labels] - fraction * count) ** 2 for labels, count in seen.items())


def load_reviews(size: int, threshold: float = 0.5, seed: int = 0) -> Labelled:
    """Read the fetched sentences, verify that they are the published ones, and label them.

    Raises:
        OSError: They have not been fetched.
        ValueError: They are not the published ones, or the size is none that they allow.
    """
    technology, entertainment = (_read_published(name, sha256) for name, sha256 in FILES.items())
    return label_ratings(technology, entertainment, size, threshold, seed)


def _read_published(name: str, sha256: str) -> list[RatedSentence]:
    path = fetched(f"reviews/{name}", REVIEWS, "2.4 MB")
    verify(path, sha256, f"{FETCH} {REVIEWS}")
    return read_ratings(path)
