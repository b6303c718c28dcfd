"""How should the two losses be weighted?"""

from typing import Any

from solutions.config import Weighting
from solutions.trainer import build_model, generated_split, train

from .cross_entropy import cross_entropies
from .training import hard_config, scores

SEEDS = range(5)
SHARES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
SETTINGS: dict[str, dict[str, Any]] = {
    **{f"{share:g} : {1 - share:g}": {"alpha": share, "beta": round(1 - share, 2)} for share in SHARES},
    "0.6 : 0.8 (original)": {"alpha": 0.6, "beta": 0.8},
    "1 : 1": {"alpha": 1.0, "beta": 1.0},
    "learned": {"weighting": Weighting.UNCERTAINTY},
}


def measure(seed: int, **weights: Any) -> dict[str, float]:
    """Train on a frozen backbone, at a learning rate at which neither loss is near zero after six epochs."""
    config = hard_config(seed=seed, learning_rate=3e-5, **weights)
    train_set, test_set = generated_split(config)
    model = build_model(config)
    history = train(model, train_set, config)
    learned = history[-1].get("loss_weights")
    return {
        **scores(model, test_set),
        **cross_entropies(model, test_set),
        **({"alpha": learned[0], "beta": learned[1]} if learned else {}),
    }
