"""Real reviews: do the weights of the two losses matter?"""

from solutions.config import Weighting

from .real import FROZEN, frozen, real_config, real_sets, right, with_intervals

SEEDS = range(5)
SETTINGS = {
    f"alpha {alpha:g}": {"alpha": alpha, "beta": round(1 - alpha, 1)} for alpha in (0.1, 0.3, 0.5, 0.7, 0.9)
} | {
    "original's": {"alpha": 0.6, "beta": 0.8},
    "learned": {"weighting": Weighting.UNCERTAINTY},
    "task A alone": {"alpha": 1.0, "beta": 0.0},
    "task B alone": {"alpha": 0.0, "beta": 1.0},
}


def measure(seed: int, **weights: float) -> dict[str, float]:
    """Train both heads, or one of them, on a frozen backbone."""
    sets = real_sets(seed)
    model = frozen(real_config(seed=seed, **FROZEN, **weights), sets)
    return with_intervals(right(model.predict(sets.test.sentences), sets.test), sets.test)
