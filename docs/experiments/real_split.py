"""Real reviews: how much does a split by sentence flatter, where a review may stand on both sides?"""

from solutions.dataset import MultiTaskDataset, stratified_split
from solutions.reviews import load_reviews, review_split

from .real import FROZEN, SIZE, Sets, bag_of_words, frozen, labels_of, real_config, right

SEEDS = range(5)
SPLITS = {"by review": review_split, "by sentence": stratified_split}
SETTINGS = {split: {"split": split} for split in SPLITS}


def measure(seed: int, split: str) -> dict[str, float]:
    """Divide the same sentences in either way, and test on those of technology, whose reviews have several."""
    divide = SPLITS[split]
    rest, test_set = divide(load_reviews(SIZE, seed=seed).dataset, 0.4, seed)
    sets = Sets(*divide(rest, 0.1 / 0.6, seed), _technology(test_set))
    ours = right(frozen(real_config(seed=seed, **FROZEN), sets).predict(sets.test.sentences), sets.test)
    words = right(bag_of_words(sets), sets.test)
    seen = {sample.review for sample in sets.train.samples}
    return {
        "taskB": float(ours.taskB.mean()),
        "bag_taskB": float(words.taskB.mean()),
        "seen": sum(sample.review in seen for sample in sets.test.samples) / len(sets.test),
        "sentences": len(sets.test),
    }


def _technology(dataset: MultiTaskDataset) -> MultiTaskDataset:
    return dataset.subset((labels_of(dataset).taskA == 0).nonzero().flatten().tolist())
