"""Sentences as people type them in a hurry: with typing errors, or with words missing."""

import random
from collections.abc import Callable, Iterator

from solutions.dataset import MultiTaskDataset

SHARE = 0.3  # of the words
Noise = Callable[[list[str], random.Random], Iterator[str]]


def typos(words: list[str], rng: random.Random) -> Iterator[str]:
    """Swap two neighbouring letters in some of the words of four letters and more, never the first one."""
    for word in words:
        if len(word) >= 4 and rng.random() < SHARE:
            at = rng.randrange(1, len(word) - 1)
            word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        yield word


def missing_words(words: list[str], rng: random.Random) -> Iterator[str]:
    """Leave some of the words out, never the first one."""
    return (word for number, word in enumerate(words) if not number or rng.random() >= SHARE)


def with_noise(dataset: MultiTaskDataset, noise: Noise, seed: int) -> MultiTaskDataset:
    """Give the same sentences, each with noise in it."""
    rng = random.Random(seed)
    return MultiTaskDataset(
        sample._replace(sentence=" ".join(noise(sample.sentence.split(), rng))) for sample in dataset.samples
    )
