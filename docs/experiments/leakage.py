"""How much of a test score is memory: a random split against leak-free ones, our model against a bag of words."""

from itertools import product
from typing import Any

from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from solutions.config import Split, TrainingConfig
from solutions.dataset import MultiTaskDataset
from solutions.trainer import generated_split

from .training import trained_scores

SEEDS = range(5)
SPLITS: dict[str, dict[str, Any]] = {
    "random split": {"split": Split.RANDOM},
    "other templates": {"split": Split.LEAK_FREE},
    "other templates and words": {"split": Split.LEAK_FREE, "disjoint_words": True},
}
RATES = (1e-5, 1e-3)
SETTINGS: dict[str, dict[str, Any]] = {
    **{f"{split}, {rate:g}": {"split": split, "rate": rate} for split, rate in product(SPLITS, RATES)},
    **{f"{split}, bag of words": {"split": split} for split in SPLITS},
}


def measure(seed: int, split: str, rate: float | None = None) -> dict[str, float]:
    """Train on one kind of split and score its test set: our model on its frozen backbone, or a bag of words."""
    config = TrainingConfig(**SPLITS[split], seed=seed, learning_rate=rate or 1e-3)
    train_set, test_set = generated_split(config)
    return {
        **(bag_of_words(train_set, test_set) if rate is None else trained_scores(config)),
        "same_sentence": shared(train_set, test_set, "sentence"),
        "same_template": shared(train_set, test_set, "template"),
        "same_word": shared_words(train_set, test_set),
    }


def bag_of_words(train_set: MultiTaskDataset, test_set: MultiTaskDataset) -> dict[str, float]:
    """Classify by which words a sentence has: without pretraining, a word that training lacks says nothing."""
    count = CountVectorizer().fit(train_set.sentences)
    words, test_words = count.transform(train_set.sentences), count.transform(test_set.sentences)
    return {
        task: LogisticRegression()
        .fit(words, [getattr(sample, task) for sample in train_set.samples])
        .score(test_words, [getattr(sample, task) for sample in test_set.samples])
        for task in ("taskA", "taskB")
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
