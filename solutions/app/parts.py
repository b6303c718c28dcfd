"""What the model is made of, and which of it trains."""

import torch
from rich.console import Console

from ..config import FreezeStrategy, ModelConfig, OptimizerConfig
from ..freezing import UnfreezeSchedule, apply_strategy, layer_groups
from ..multitask import MultiTaskSentenceTransformer, parameter_counts
from ..trainer import build_model
from .tables import parts_table

DESCRIPTIONS = {
    "transformer": "a vector for each token",
    "projection": "512 numbers for a sentence",
    "layer_norm": "the same scale for all",
    "taskA_classifier": "technology, entertainment?",
    "taskB_classifier": "negative, positive?",
}


def show_parts(config: ModelConfig, plan: OptimizerConfig, console: Console) -> None:
    """Show the parts of a model, what each adds, and which of them a training would move.

    Args:
        config: The model.
        plan: Says what is frozen, and what is unfrozen later.
        console: Where it is shown.

    Raises:
        ValueError: More layers are to be unfrozen than there are.
    """
    model = build_model(config)
    if plan.freeze is not FreezeStrategy.NOTHING:
        apply_strategy(model, plan.freeze)
    console.print(parts_table(model, {**DESCRIPTIONS, "projection": f"{config.dim} numbers for a sentence"}))
    counts = parameter_counts(model)
    console.print(
        f"Both tasks share {counts.shared:,} parameters; head A adds {counts.taskA_head:,} of its own, "
        f"head B {counts.taskB_head:,}."
    )
    if plan.unfreeze:
        _show_unfreezing(model, UnfreezeSchedule(dict(plan.unfreeze)), console)


def _show_unfreezing(model: MultiTaskSentenceTransformer, schedule: UnfreezeSchedule, console: Console) -> None:
    groups, total = len(layer_groups(model.transformer)), _count(model.transformer)
    for epoch, layers in schedule.milestones.items():
        schedule.apply(model, epoch)
        trains = _count(model.transformer, trainable=True)
        console.print(
            f"From epoch {epoch} on, {trains:,} of the transformer's {total:,} parameters train: "
            f"the top {layers} of its {groups} layer groups."
        )


def _count(module: torch.nn.Module, trainable: bool = False) -> int:
    parameters = module.parameters()
    return sum(parameter.numel() for parameter in parameters if parameter.requires_grad or not trainable)
