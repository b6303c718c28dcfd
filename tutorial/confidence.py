"""How far a result may be due to the sentences that happened to be tested."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor


class Interval(NamedTuple):
    """A mean, and the bounds between which it lies with a given confidence."""

    mean: float
    low: float
    high: float


class Bootstrap:
    """Estimate percentile intervals by drawing whole reviews again and again (Efron & Tibshirani 1993, chapter 13).

    Sentences of one review are alike, so they are no independent evidence: what is drawn, with replacement, is a review
    with all its sentences. The draws are made once, and are the same for every model that is measured with them.

    Args:
        reviews: The review of each sentence.
        resamples: How often as many reviews are drawn as there are.
        level: Share of the resampled means that lies within the interval; as much is cut off on either side.
        seed: Of the draws.

    Raises:
        ValueError: There is no sentence.
    """

    def __init__(self, reviews: Sequence[str], resamples: int = 2000, level: float = 0.95, seed: int = 0) -> None:
        # TODO 6.5 how sure is a result?
        raise NotImplementedError("exercise 6.5: Bootstrap")

    def interval(self, values: Tensor) -> Interval:
        """Give the mean over the sentences and its interval.

        Args:
            values: `(sentences,)`, such as 1 where a model is right and 0 where it is wrong.

        Raises:
            ValueError: There is not one value for each sentence.
        """
        # TODO 6.5 how sure is a result?
        raise NotImplementedError("exercise 6.5: Bootstrap")

    def compare(self, first: Tensor, second: Tensor) -> Interval:
        """Give how far the first model's mean is above the second's on the same sentences, and its interval.

        Each draw compares both on the same reviews: where a review is hard for both, that cancels out. If the interval
        leaves out 0, the difference is more than the choice of reviews explains.

        Args:
            first: `(sentences,)`, the values of one model.
            second: `(sentences,)`, those of the other.

        Raises:
            ValueError: There are not two values for each sentence.
        """
        # TODO 6.5 how sure is a result?
        raise NotImplementedError("exercise 6.5: Bootstrap")
