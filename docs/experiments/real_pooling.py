"""Real reviews: which pooling keeps what the heads need, with a small and with a larger backbone?"""

from itertools import product

from .real import FROZEN, POOLINGS, frozen, real_config, real_sets, right, with_intervals

SEEDS = range(5)
SETTINGS = {
    f"{name}, {pooling}": {"backbone": backbone, "pooling": pooling}
    for (name, backbone), pooling in product({"MiniLM": "minilm", "MPNet": "mpnet"}.items(), POOLINGS)
}


def measure(seed: int, backbone: str, pooling: str) -> dict[str, float]:
    """Train both heads on a frozen backbone."""
    sets = real_sets(seed)
    model = frozen(real_config(seed=seed, backbone=backbone, **FROZEN), sets, pooling)
    return with_intervals(right(model.predict(sets.test.sentences), sets.test), sets.test)
