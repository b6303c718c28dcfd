"""Does the dropout of a head balance the tasks?"""

from torch import nn

from solutions.trainer import build_model, generated_split, train

from .cross_entropy import cross_entropies
from .training import hard_config, scores

SEEDS = range(5)
SETTINGS = {f"{dropout}": {"dropout": dropout} for dropout in (0.0, 0.25, 0.5, 0.75, 0.9, 0.98)}


def measure(seed: int, dropout: float) -> dict[str, float]:
    """Change the dropout of head A only, and see what becomes of both tasks."""
    config = hard_config(seed=seed, learning_rate=3e-5)
    train_set, test_set = generated_split(config)
    model = build_model(config)
    (layer,) = (layer for layer in model.taskA_classifier.layers if isinstance(layer, nn.Dropout))
    layer.p = dropout
    history = train(model, train_set, config)
    return {
        **scores(model, test_set),
        **cross_entropies(model, test_set),
        "train_taskA": history[-1]["taskA"]["accuracy"],
        "train_taskB": history[-1]["taskB"]["accuracy"],
    }
