"""Numerical stability: steps that round away, losses and weights that grow without bound, and what is to blame."""

import warnings
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from .config import OptimizerConfig
from .losses import Criterion, FixedWeights, UncertaintyWeights
from .multitask import MultiTaskSentenceTransformer

# Nothing that is learned well is that large: no weight of a layer, and no weight of a loss.
HUGE, HUGE_FOR_A_LOSS = 1e4, 1e6


def warn_of_rounding(groups: Sequence[dict[str, Any]]) -> None:
    """Warn if most weights are of a type too coarse for their learning rate.

    AdamW's first steps move a weight by about the learning rate; bfloat16 knows three digits, so that 0.1 + 0.00001 is
    0.1 again.
    """
    for group in groups:
        rate = group["lr"]
        coarse = [p.detach() for p in group["params"] if p.requires_grad and p.dtype in (torch.bfloat16, torch.float16)]
        moved = sum(int((weights + rate != weights).sum()) for weights in coarse)
        total = sum(weights.numel() for weights in coarse)
        if 2 * moved < total:
            warnings.warn(
                f"a step of {rate:g} (learning_rate) moves {moved:,} of {total:,} weights in {coarse[0].dtype}, "
                "the others round back: train in float32, or make the learning rate larger",
                stacklevel=2,
            )


def warn_of_starting_again(optimizer: Optimizer, model: MultiTaskSentenceTransformer, config: OptimizerConfig) -> None:
    """Warn at the first step if a schedule starts anew with a model that has been trained; note that it is.

    Of layers that are unfrozen by and by, a second start freezes those that have learned something. An optimizer that
    remembers a step goes on.
    """
    schedules = [name for name in ("unfreeze", "warmup_ratio") if getattr(config, name)]

    def note(*_: Any) -> None:
        if model.trained and schedules and not optimizer.state:
            warnings.warn(
                f"the model has been trained before, and the schedule of {' and '.join(schedules)} starts anew at "
                "epoch 1: take a fresh model, leave the schedule out, or give snapshots to go on from",
                stacklevel=2,
            )
        model.trained = True

    optimizer.register_step_pre_hook(note)


def has_diverged(model: nn.Module, criterion: Criterion) -> bool:
    """Tell whether a weight is huge or not a number: the harm of a last step shows in no loss."""
    return _has_lost_its_weights(criterion) or not all(weights.abs().max() < HUGE for weights in model.parameters())


def divergence(seen: str, criterion: Criterion, optimizer: Optimizer) -> ValueError:
    """Make the error of a training that diverged: what was seen, and the option that is the likely cause."""
    # `build_optimizer` puts the criterion's own weights last.
    groups = optimizer.param_groups[:-1]
    rate = max(group.get("initial_lr", group["lr"]) for group in groups)  # a warm-up changes it from step to step
    decay = max(group["weight_decay"] for group in groups)
    fixed = {"alpha": criterion.alpha, "beta": criterion.beta} if isinstance(criterion, FixedWeights) else {}
    largest = max(fixed, key=fixed.__getitem__, default="")
    if _has_lost_its_weights(criterion):
        cause, value = "weighting_learning_rate", optimizer.param_groups[-1]["lr"]
    elif rate * decay > 1 and decay > rate:  # a step takes this share of every weight away
        cause, value = "weight_decay", decay
    elif fixed and fixed[largest] > HUGE_FOR_A_LOSS:
        cause, value = largest, fixed[largest]
    else:
        cause, value = "learning_rate", rate
    return ValueError(f"{seen}: training diverged; the likely cause is {cause}, which is {value:g}: make it smaller")


def _has_lost_its_weights(criterion: Criterion) -> bool:
    """Tell whether a learned loss weight is so large or so small that one task is all that counts."""
    learned = criterion.weights() if isinstance(criterion, UncertaintyWeights) else []
    return not all(1 / HUGE_FOR_A_LOSS < weight < HUGE_FOR_A_LOSS for weight in learned)
