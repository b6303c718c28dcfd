"""How few sentences are enough, with a frozen backbone and with one that trains?"""

from itertools import product

from solutions.config import FreezeStrategy
from solutions.trainer import build_model, generated_split, train

from .training import hard_config, scores

SEEDS = range(5)
SIZES = (16, 32, 64, 128, 256)
# Each way with the learning rate that suits it, and the same number of steps.
WAYS = {"backbone frozen": (FreezeStrategy.BACKBONE, 1e-3), "backbone trained": (FreezeStrategy.NOTHING, 1e-4)}
SETTINGS = {f"{way}, {size} sentences": {"way": way, "size": size} for way, size in product(WAYS, SIZES)}


def measure(seed: int, way: str, size: int) -> dict[str, float]:
    """Train on a few sentences in small batches, and score the whole test set."""
    freeze, rate = WAYS[way]
    config = hard_config(seed=seed, freeze=freeze, learning_rate=rate, batch_size=8)
    train_set, test_set = generated_split(config)
    model = build_model(config)
    train(model, train_set.subset(range(size)), config)
    return scores(model, test_set)
