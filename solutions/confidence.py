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
        if not reviews:
            raise ValueError("there are no sentences to resample")
        self.level = level
        numbers = {review: number for number, review in enumerate(dict.fromkeys(reviews))}
        self._review = torch.tensor([numbers[review] for review in reviews])  # (sentences,)
        generator = torch.Generator().manual_seed(seed)
        # Which reviews each resample consists of; one that is drawn twice counts twice: (resamples, reviews)
        self._drawn = torch.randint(len(numbers), (resamples, len(numbers)), generator=generator)

    def interval(self, values: Tensor) -> Interval:
        """Give the mean over the sentences and its interval.

        Args:
            values: `(sentences,)`, such as 1 where a model is right and 0 where it is wrong.

        Raises:
            ValueError: There is not one value for each sentence.
        """
        if values.shape != self._review.shape:
            raise ValueError(f"values have shape {tuple(values.shape)}, but there are {len(self._review)} sentences")
        values = values.double()
        sums = torch.bincount(self._review, weights=values)  # (reviews,)
        sizes = torch.bincount(self._review)  # (reviews,)
        # Both sum and size are those of the drawn reviews: the mean of a resample is over its sentences, too.
        means = sums[self._drawn].sum(dim=1) / sizes[self._drawn].sum(dim=1)  # (resamples,)
        outside = (1 - self.level) / 2
        low, high = (means.quantile(share).item() for share in (outside, 1 - outside))
        return Interval(values.mean().item(), low, high)

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
        if first.shape != second.shape:
            raise ValueError(f"one model has values of shape {tuple(first.shape)}, the other {tuple(second.shape)}")
        return self.interval(first.double() - second.double())
