"""Real reviews: what beats a bag of words, and does one model for both tasks help or hurt?"""

import random
from typing import Any

from torch import Tensor

from solutions.config import FreezeStrategy
from solutions.tasks import Pair

from .real import FROZEN, TRAINED, Sets, ahead, bag_of_words, fine_tuned, frozen, labels_of, real_config, real_sets, right, with_intervals

SEEDS = range(5)
TOP = {**TRAINED, "freeze": FreezeStrategy.BACKBONE}
SETTINGS: dict[str, dict[str, Any]] = {
    "majority": {},
    "bag of words": {},
    "MiniLM frozen": FROZEN,
    "MPNet frozen": {"backbone": "mpnet", **FROZEN},
    "top two layers": {**TOP, "unfreeze": ((1, 2),)},
    "progressive": {**TOP, "unfreeze": ((1, 1), (2, 3), (3, 6))},
    "all layers": TRAINED,
    "all layers, task A alone": {**TRAINED, "alpha": 1.0, "beta": 0.0},
    "all layers, task B alone": {**TRAINED, "alpha": 0.0, "beta": 1.0},
}


def measure(seed: int, **options: Any) -> dict[str, float]:
    """Measure one model on a test set of reviews, and by how much it is ahead of the bag of words there."""
'''
