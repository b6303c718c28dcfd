import numpy as np


class Bootstrap:
    def __init__(self, reviews, resamples=2000, level=0.95, seed=0):
        if not len(reviews):
            raise ValueError("no sentences")
        _, first, self.member = np.unique(reviews, return_index=True, return_inverse=True)
        n = len(first)
        self.times = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=resamples)
        self.percentiles = [50 - 50 * level, 50 + 50 * level]

    def _interval(self, values):
        if values.shape != self.member.shape:
            raise ValueError(f"values have shape {values.shape} instead of {self.member.shape}")
        weights = self.times[:, self.member]
        means = np.average(np.broadcast_to(values, weights.shape), axis=1, weights=weights)
        low, high = np.percentile(means, self.percentiles)
        return Interval(float(values.mean()), float(low), float(high))

    def interval(self, values):
        return self._interval(values.double().numpy())

    def compare(self, first, second):
        if len(first) != len(second):
            raise ValueError("first and second must be of the same length")
        return self._interval(first.double().numpy() - second.double().numpy())
