import re

import numpy as np


def generate_category_samples(source, taskA, taskB, count, rng):
    numbers = np.random.default_rng(rng.getrandbits(64))
    banks = source.words_for(taskA, taskB)
    samples = []
    while len(samples) < count:
        template = source.templates[numbers.integers(len(source.templates))]
        words = []

        def fill(slot, words=words):
            bank = banks[slot[1]]
            words.append(bank[numbers.integers(len(bank))])
            return words[-1]

        sentence = re.sub(r"\{(\w+)\}", fill, template)
        samples.append(Sample(sentence, taskA, taskB, template, tuple(words)))
    return samples
