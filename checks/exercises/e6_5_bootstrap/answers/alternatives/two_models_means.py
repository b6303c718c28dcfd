import numpy as np


class Bootstrap:
    """Both models' resampled means, of the same draws, are subtracted."""

    def __init__(self, reviews, resamples=2000, level=0.95, seed=0):
        if not reviews:
            raise ValueError("there must be a sentence")
        seen = list(dict.fromkeys(reviews))
        groups = [np.flatnonzero(np.array(reviews) == name) for name in seen]
        rng = np.random.RandomState(seed % 2**32)
        self.level, self.count = level, len(reviews)
        self.draws = [
            np.concatenate([groups[i] for i in rng.randint(0, len(groups), len(groups))]) for _ in range(resamples)
        ]

    def means(self, values):
        if values.ndim != 1 or len(values) != self.count:
            raise ValueError("one value for each sentence, please")
        array = values.double().numpy()
        return array.mean(), np.array([array[draw].mean() for draw in self.draws])

    def bounds(self, mean, means):
        low = np.quantile(means, (1 - self.level) / 2, method="lower")
        high = np.quantile(means, (1 + self.level) / 2, method="higher")
        return Interval(float(mean), float(low), float(high))

    def interval(self, values):
        return self.bounds(*self.means(values))

    def compare(self, first, second):
        (one, ones), (other, others) = self.means(first), self.means(second)
        return self.bounds(one - other, ones - others)
