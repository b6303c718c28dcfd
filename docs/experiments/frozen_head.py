"""One head frozen: does its task fail, and does a smaller weight for its loss help?"""

from solutions.config import FreezeStrategy, TrainingConfig

from .training import hard_config, trained_scores

SEEDS = range(3)
ALPHA, BETA = TrainingConfig().alpha, TrainingConfig().beta
SETTINGS = {
    "head A frozen, full weight": {"freeze": FreezeStrategy.HEAD_A, "alpha": ALPHA, "beta": BETA},
    "head A frozen, half weight": {"freeze": FreezeStrategy.HEAD_A, "alpha": ALPHA / 2, "beta": BETA},
    "head A frozen, no weight": {"freeze": FreezeStrategy.HEAD_A, "alpha": ALPHA // 2, "beta": BETA},
    "head B frozen, full weight": {"freeze": FreezeStrategy.HEAD_B, "alpha": ALPHA, "beta": BETA},
    "head B frozen, half weight": {"freeze": FreezeStrategy.HEAD_B, "alpha": ALPHA, "beta": BETA / 2},
}


def measure(seed: int, freeze: FreezeStrategy, alpha: float, beta: float) -> dict[str, float]:
    """Train everything but one head, with the weights as they are given."""
    config = hard_config(seed=seed, freeze=freeze, alpha=alpha, beta=beta, rebalance=False)
    return trained_scores(config)
