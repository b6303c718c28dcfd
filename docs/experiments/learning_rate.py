"""Which learning rate suits the layers above a frozen backbone?"""

from .training import hard_config, trained_scores

SEEDS = range(5)
SETTINGS = {f"{rate:g}": {"rate": rate} for rate in (1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 1e-1)}


def measure(seed: int, rate: float) -> dict[str, float]:
    """Train for six epochs on the leak-free split."""
    return trained_scores(hard_config(seed=seed, learning_rate=rate))
