"""Real reviews: how many sentences does it take to beat a bag of words?"""

from itertools import product

from .real import FROZEN, ahead, bag_of_words, frozen, real_config, real_sets, right, with_intervals

SEEDS = range(5)
SIZES = (16, 32, 64, 128, 256, 512, 1024, 2400)
SETTINGS = {
    f"{way}, {size} sentences": {"way": way, "size": size}
    for way, size in product(("bag of words", "backbone frozen"), SIZES)
}


def measure(seed: int, way: str, size: int) -> dict[str, float]:
    """Learn from the first sentences of the training set, and test on all of the test set."""
    whole = real_sets(seed)
    sets = whole._replace(train=whole.train.subset(range(size)))
    words = right(bag_of_words(sets), sets.test)
    if way == "bag of words":
        return with_intervals(words, sets.test)
    # The same number of steps in an epoch's worth of patience: small batches for few sentences.
    config = real_config(seed=seed, batch_size=min(32, max(8, size // 8)), **FROZEN)
    ours = right(frozen(config, sets).predict(sets.test.sentences), sets.test)
    return with_intervals(ours, sets.test) | ahead(ours, words, sets.test)
