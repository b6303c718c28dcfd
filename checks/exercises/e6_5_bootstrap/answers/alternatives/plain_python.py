import random
from collections import defaultdict
from itertools import chain


class Bootstrap:
    def __init__(self, reviews, resamples=2000, level=0.95, seed=0):
        if len(reviews) == 0:
            raise ValueError("reviews is empty, but must name the review of at least one sentence")
        places = defaultdict(list)
        for place, review in enumerate(reviews):
            places[review].append(place)
        groups = list(places.values())
        rng = random.Random(seed)
        self.sentences = len(reviews)
        self.samples = [list(chain(*rng.choices(groups, k=len(groups)))) for _ in range(resamples)]
        self.level = level

    def interval(self, values):
        if list(values.shape) != [self.sentences]:
            raise ValueError(f"{self.sentences} values were expected")
        numbers = [float(value) for value in values]
        means = sorted(sum(numbers[place] for place in sample) / len(sample) for sample in self.samples)
        last = len(means) - 1
        cut = (1 - self.level) / 2
        return Interval(sum(numbers) / len(numbers), means[round(cut * last)], means[round((1 - cut) * last)])

    def compare(self, first, second):
        if first.shape != second.shape:
            raise ValueError("the two models must have as many values")
        return self.interval(torch.tensor([float(a) - float(b) for a, b in zip(first, second, strict=True)]))
