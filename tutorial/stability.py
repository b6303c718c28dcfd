"""Numerical stability: steps that round away, losses and weights that grow without bound, and what is to blame."""

import warnings
from collections.abc import Sequence
from typing import Any

import torch
from torch.optim import Optimizer

from .losses import Criterion, FixedWeights, UncertaintyWeights

# Nothing that is learned well is that large: no weight of a layer, and no weight of a loss.
HUGE = 1e6


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


def divergence(seen: str, criterion: Criterion, optimizer: Optimizer) -> ValueError:
    """Make the error of a training that diverged: what was seen, and the option that is the likely cause."""
    # `build_optimizer` puts the criterion's own weights last.
    rate, decay = (max(group[name] for group in optimizer.param_groups[:-1]) for name in ("lr", "weight_decay"))
    alpha, beta = (criterion.alpha, criterion.beta) if isinstance(criterion, FixedWeights) else criterion.weights()
    if isinstance(criterion, UncertaintyWeights) and not max(alpha, beta) < HUGE:
        cause, value = "weighting_learning_rate", optimizer.param_groups[-1]["lr"]
    elif rate * decay > 1 and decay > rate:  # a step takes this share of every weight away
        cause, value = "weight_decay", decay
    elif max(alpha, beta) > HUGE:
        cause, value = ("alpha", alpha) if alpha > beta else ("beta", beta)
    else:
        cause, value = "learning_rate", rate
    return ValueError(f"{seen}: training diverged; the likely cause is {cause}, which is {value:g}: make it smaller")
