"""Task A has many labels, task B few: how should the two be trained together?"""

import random
from dataclasses import replace

import torch

from solutions.dataset import MultiTaskDataset
from solutions.early_stopping import EarlyStopping, validation_loss
from solutions.freezing import apply_strategy
from solutions.losses import FixedWeights
from solutions.multitask import MultiTaskSentenceTransformer
from solutions.tasks import UNLABELLED
from solutions.trainer import batches_for, build_optimizer, train_step

from .real import FROZEN, Sets, frozen, real_config, real_sets, right, untrained, with_intervals

SEEDS = range(5)
FEW = 120
SETTINGS = {
    way: {"way": way}
    for way in ("joint", "joint, task B repeated", "joint, task B weighted", "in turn", "task B alone")
}


def measure(seed: int, way: str) -> dict[str, float]:
    """Train on 2,400 sentences that all have a label of task A, and only 120 of which have one of task B."""
    sets = real_sets(seed)
    chosen = sorted(random.Random(seed).sample(range(len(sets.train)), FEW))
    gapped = _gapped(sets.train, set(chosen))
    config = real_config(seed=seed, **FROZEN)
    match way:
        case "joint":
            model = frozen(config, sets._replace(train=gapped))
        case "joint, task B repeated":  # until as many sentences have a label of it
            repeated = [*range(len(gapped)), *chosen * (len(gapped) // FEW - 1)]
            model = frozen(config, sets._replace(train=gapped.subset(repeated)))
        case "joint, task B weighted":
            model = frozen(replace(config, beta=8.0), sets._replace(train=gapped))
        case "in turn":
            model = _in_turn(seed, gapped, gapped.subset(chosen), sets)
        case _:
            model = frozen(replace(config, alpha=0.0), sets._replace(train=gapped.subset(chosen)))
    return with_intervals(right(model.predict(sets.test.sentences), sets.test), sets.test)


def _gapped(dataset: MultiTaskDataset, keep: set[int]) -> MultiTaskDataset:
    """Take task B's label away from all sentences but some."""
    return MultiTaskDataset(
        sample if index in keep else sample._replace(taskB=UNLABELLED) for index, sample in enumerate(dataset.samples)
    )


def _in_turn(
    seed: int, taskA_set: MultiTaskDataset, taskB_set: MultiTaskDataset, sets: Sets
) -> MultiTaskSentenceTransformer:
    """Take a step on task A's loss, then one on task B's, whose few sentences come again and again."""
    config = real_config(seed=seed, **FROZEN)
    model = untrained(config, sets)
    torch.manual_seed(seed)
    apply_strategy(model, config.freeze)
    on_a, on_b = FixedWeights(1.0, 0.0), FixedWeights(0.0, 1.0)
    optimizer = build_optimizer(model, on_a, config)
    batches_a, batches_b = (batches_for(model, each, config, seed) for each in (taskA_set, taskB_set))
    validation = batches_for(model, sets.validation, config)
    watch, again = EarlyStopping(model, config.patience), iter(batches_b)
    for _ in range(config.epochs):
        model.train()
        for batch in batches_a:
            train_step(model, batch, on_a, optimizer)
            few = next(again, None)
            if few is None:
                again = iter(batches_b)
                few = next(again)
            train_step(model, few, on_b, optimizer)
        if watch.update(validation_loss(model, validation)):
            break
    watch.restore()
    return model
