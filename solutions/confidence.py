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
    """Estimate confidence intervals by drawing whole reviews again and again (Efron & Tibshirani 1993, chapter 13).

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
        numbers = {review: number for number, review in enumerate(dict.fromkeys(reviews))}
        self.level = level
        self._review = torch.tensor([numbers[review] for review in reviews])  # (sentences,)
        generator = torch.Generator().manual_seed(seed)
        drawn = torch.randint(len(numbers), (resamples, len(numbers)), generator=generator)
        # How often each review was drawn: (resamples, reviews)
        self._times = torch.zeros(resamples, len(numbers), dtype=torch.double).scatter_add_(
            1, drawn, torch.ones_like(drawn, dtype=torch.double)
        )

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
        # A mean of the sentences, not of the reviews: of both sum and count it takes what was drawn.
        sums = self._times @ self._by_review(values)
        counts = self._times @ self._by_review(torch.ones_like(values))
        outside = (1 - self.level) / 2
        bounds = torch.tensor([outside, 1 - outside], dtype=torch.double)
        low, high = (sums / counts).quantile(bounds).tolist()
        return Interval(values.mean().item(), low, high)

    def compare(self, first: Tensor, second: Tensor) -> Interval:
        """Give the difference of two models' means on the same sentences, and its interval.

        Each draw compares both on the same reviews: where a review is hard for both, that cancels out. If the interval
        leaves out 0, the difference is more than chance would give.

        Args:
            first: `(sentences,)`, the values of one model.
            second: `(sentences,)`, those of the other.

        Raises:
            ValueError: There are not two values for each sentence.
        """
        if first.shape != second.shape:
            raise ValueError(f"one model has values of shape {tuple(first.shape)}, the other {tuple(second.shape)}")
        return self.interval(first.double() - second.double())

    def _by_review(self, values: Tensor) -> Tensor:
        """Add up the values of each review: `(reviews,)`."""
        return values.new_zeros(self._times.shape[1]).index_add_(0, self._review, values)
