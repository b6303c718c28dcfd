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
    # TODO 6.1 read rated sentences
    raise NotImplementedError("exercise 6.1: read_ratings")


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
    # TODO 6.2 label what was rated
    raise NotImplementedError("exercise 6.2: label_ratings")


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
    # TODO 6.3 split without dividing a review
    raise NotImplementedError("exercise 6.3: review_split")


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
