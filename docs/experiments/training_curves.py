"""What do loss and accuracy do, epoch by epoch, on the sentences of training and on new ones?"""

from collections import defaultdict

import torch.nn.functional as F

from solutions.encoder import inference
from solutions.evaluator import labels_and_logits, task_metrics
from solutions.trainer import build_model, feature_batches, generated_split, train

from .training import hard_config

SEEDS = range(3)
SETTINGS = {f"{rate:g}": {"rate": rate} for rate in (1e-5, 1e-3)}
EPOCHS = 20


def measure(seed: int, rate: float) -> dict[str, object]:
    """Train above a frozen backbone; score both sets before it and after each epoch, with dropout off."""
    config = hard_config(seed=seed, learning_rate=rate, epochs=EPOCHS)
    train_set, test_set = generated_split(config)
    model = build_model(config)
    sets = {"train": feature_batches(model, train_set, 64), "test": feature_batches(model, test_set, 64)}
    curves: dict[str, list[float]] = defaultdict(list)

    def look(*_: object) -> None:
        for name, batches in sets.items():
            with inference(model):
                pairs = labels_and_logits((batch, model(**batch.inputs)) for batch in batches)
            for task, (labels, logits) in pairs.items():
                curves[f"{name}_{task}"].append(task_metrics(labels, logits)["accuracy"])
                curves[f"{name}_{task}_loss"].append(float(F.cross_entropy(logits, labels)))

    look()
    train(model, train_set, config, log=look)
    return dict(curves)
