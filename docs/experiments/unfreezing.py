"""Does progressive unfreezing do better than training everything at once?"""

from typing import Any

from solutions.config import FreezeStrategy
from solutions.trainer import build_model, generated_split, train

from .general import drift, found_paraphrases, similarities
from .training import hard_config, scores

SEEDS = range(3)
PROGRESSIVE = {"freeze": FreezeStrategy.BACKBONE, "unfreeze": ((3, 2), (5, 4))}
SETTINGS: dict[str, dict[str, Any]] = {
    "backbone frozen": {"freeze": FreezeStrategy.BACKBONE},
    "all at once": {"freeze": FreezeStrategy.NOTHING},
    "all at once, lower layers slower": {"freeze": FreezeStrategy.NOTHING, "layer_decay": 0.5},
    "progressive": PROGRESSIVE,
    "progressive, lower layers slower": {**PROGRESSIVE, "layer_decay": 0.5},
}


def measure(seed: int, **strategy: Any) -> dict[str, float]:
    """Train for six epochs; progressively, two layers join in the third epoch and two more in the fifth."""
    config = hard_config(dataset_size=600, seed=seed, learning_rate=1e-4, **strategy)
    train_set, test_set = generated_split(config)
    model = build_model(config)
    before = similarities(model)
    train(model, train_set, config)
    after = similarities(model)
    return {**scores(model, test_set), "drift": drift(before, after), "found": found_paraphrases(after)}
