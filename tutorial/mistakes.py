"""What a model gets wrong: a number says how much, the sentences say what."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor

NEGATION = re.compile(r"\b(no|not|never|nothing|nobody|none|nor|neither|without|cannot)\b|n['’]t\b", re.IGNORECASE)
# The slices of sentences by their length.
LENGTHS = ("1-10 words", "11-20 words", "more than 20 words")


class Mistake(NamedTuple):
    """A sentence that was put into another class than its own, and what that cost, in nats."""

    sentence: str
    label: int
    predicted: int
    loss: float


class Slice(NamedTuple):
    """Some of the sentences: how many, and the share of them that was put into its class."""

    sentences: int
    accuracy: float


class Mistakes(NamedTuple):
    """The worst mistakes, and the accuracy of each slice, by what it was cut and what it is called."""

    worst: list[Mistake]
    slices: dict[str, dict[str, Slice]]


def find_mistakes(
    sentences: Sequence[str], reviews: Sequence[str], labels: Tensor, logits: Tensor, count: int = 5
) -> Mistakes:
    """Look at what one task gets wrong.

    Args:
        sentences: The sentences that were tested.
        reviews: The review of each.
        labels: `(batch,)`, the true classes.
        logits: `(batch, classes)`, before any softmax: the loss applies it.
        count: How many mistakes to give at most.

    Returns:
        Of the sentences that were put into another class, those with the largest cross-entropy, largest first, and of
        equal ones the earlier sentence first. The slices by `length` (`LENGTHS`, where words are what blanks part), by
        `negation` (`with`, `without`, told by `NEGATION`) and by `review` (each by its name). Slices without a sentence
        are left out, the others stand in this order, reviews in that of their first sentence.
    """
    # TODO 6.8 look at what a model gets wrong
    raise NotImplementedError("exercise 6.8: find_mistakes")


