"""Real reviews: does a task survive if its trained head is frozen while training goes on for the other one?"""

from typing import Any

from solutions.config import FreezeStrategy
from solutions.freezing import PARTS
from solutions.multitask import MultiTaskSentenceTransformer
from solutions.tasks import Pair
from solutions.trainer import build_model, train

from .freezing import prepare, train_epochs
from .real import TRAINED, Sets, real_config, real_sets, right

SEEDS = range(5)
SIZE, ASKED = 480, 720
HEAD: dict[str, Any] = {"learning_rate": 1e-3, "epochs": 10}
PROJECTION = ("projection", "layer_norm", "taskB_classifier")
SETTINGS: dict[str, dict[str, Any]] = {
    "only head B trains": {"parts": ("taskB_classifier",), "alpha": 0.0},
    "projection too, task B's loss": {"parts": PROJECTION, "alpha": 0.0},
    "projection too, both losses": {"parts": PROJECTION, "alpha": 1.0},
    "backbone too, task B's loss": {"parts": ("transformer", *PROJECTION), "alpha": 0.0},
    "backbone too, both losses": {"parts": ("transformer", *PROJECTION), "alpha": 1.0},
}


def measure(seed: int, parts: tuple[str, ...], alpha: float) -> dict[str, float]:
    """Train both heads on a frozen backbone, freeze head A, and go on with some of the other parts."""
    sets = _sets(seed)
    model = build_model(real_config(seed=seed))
    train(model, sets.train, real_config(seed=seed, freeze=FreezeStrategy.BACKBONE, **HEAD))
    before = _accuracies(model, sets)
    prepare(model, {part: part in parts for part in PARTS})
    backbone = "transformer" in parts
    more = {**TRAINED, "epochs": 2} if backbone else HEAD
    train_epochs(model, sets.train, real_config(seed=seed, alpha=alpha, beta=1.0, **more), cached=not backbone)
    after = _accuracies(model, sets)
    return {
        f"{task}_{when}": accuracy
        for when, both in (("before", before), ("after", after))
        for task, accuracy in both.items()
    }


def _sets(seed: int) -> Sets:
    sets = real_sets(seed)
    return Sets(sets.train.subset(range(SIZE)), sets.validation, sets.test.subset(range(ASKED)))


def _accuracies(model: MultiTaskSentenceTransformer, sets: Sets) -> Pair[float]:
    return right(model.predict(sets.test.sentences), sets.test).map(lambda hits: float(hits.mean()))
