"""How much of a test score is memory: random split against leak-free ones."""

from itertools import product
from typing import Any

from solutions.config import Split, TrainingConfig
from solutions.dataset import MultiTaskDataset
from solutions.trainer import build_model, generated_split, train

from .training import scores

SEEDS = range(5)
SPLITS: dict[str, dict[str, Any]] = {
    "random split": {"split": Split.RANDOM},
    "other templates": {"split": Split.LEAK_FREE},
    "other templates and words": {"split": Split.LEAK_FREE, "disjoint_words": True},
}
RATES = (1e-5, 1e-3)
SETTINGS = {f"{split}, {rate:g}": {"split": split, "rate": rate} for split, rate in product(SPLITS, RATES)}


def measure(seed: int, split: str, rate: float) -> dict[str, float]:
    """Train on a frozen backbone and score the test set of one kind of split."""
    config = TrainingConfig(**SPLITS[split], seed=seed, learning_rate=rate)
    train_set, test_set = generated_split(config)
    model = build_model(config)
    train(model, train_set, config)
    return {
        **scores(model, test_set),
        "same_sentence": shared(train_set, test_set, "sentence"),
        "same_template": shared(train_set, test_set, "template"),
        "same_word": shared_words(train_set, test_set),
    }


def shared(train_set: MultiTaskDataset, test_set: MultiTaskDataset, field: str) -> float:
    """Give the share of test sentences that have something in common with a training sentence."""
    seen = {getattr(sample, field) for sample in train_set.samples}
    return sum(getattr(sample, field) in seen for sample in test_set.samples) / len(test_set)


def shared_words(train_set: MultiTaskDataset, test_set: MultiTaskDataset) -> float:
    """Give the share of the test sentences' content words that training has seen."""
    seen = {word for sample in train_set.samples for word in sample.words}
    words = [word for sample in test_set.samples for word in sample.words]
    return sum(word in seen for word in words) / len(words)
