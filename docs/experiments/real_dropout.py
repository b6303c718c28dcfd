"""Real reviews: how much dropout should the heads have?"""

from .real import FROZEN, frozen, real_config, real_sets, right, with_intervals

SEEDS = range(5)
SETTINGS = {f"{dropout:g}": {"dropout": dropout} for dropout in (0.0, 0.2, 0.5, 0.8, 0.95)}


def measure(seed: int, dropout: float) -> dict[str, float]:
    """Train both heads on a frozen backbone."""
    sets = real_sets(seed)
    model = frozen(real_config(seed=seed, dropout=dropout, **FROZEN), sets)
    return with_intervals(right(model.predict(sets.test.sentences), sets.test), sets.test)
