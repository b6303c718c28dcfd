"""Real reviews: what does it bring to train the backbone as well, in part or as a whole?"""

from typing import Any

from solutions.config import FreezeStrategy
from solutions.trainer import build_model

from .general import drift, found_paraphrases, similarities
from .real import TRAINED, fine_tuned, real_config, real_sets
from .real_models import tested

SEEDS = range(5)
SETTINGS: dict[str, dict[str, Any]] = {
    "top layers, step by step": {**TRAINED, "freeze": FreezeStrategy.BACKBONE, "unfreeze": ((1, 2), (3, 4))},
    "all layers": TRAINED,
}


def measure(seed: int, **training: Any) -> dict[str, Any]:
    """Train for three epochs; step by step, the top two layers take part from the first, four in the third."""
    sets, config = real_sets(seed), real_config(seed=seed, **training)
    before = similarities(build_model(config))
    model = fine_tuned(config, sets)
    after = similarities(model)
    return tested(model.predict, sets) | {"drift": drift(before, after), "found": found_paraphrases(after)}
