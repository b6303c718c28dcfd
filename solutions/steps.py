"""Steps that are held in bounds: long gradients are clipped, and the learning rate is warmed up and then let fall."""

from math import ceil
from typing import Any

from torch import nn
from torch.nn.utils import clip_grad_norm_
from torch.optim import Optimizer

from .config import OptimizerConfig


def bound_steps(optimizer: Optimizer, model: nn.Module, config: OptimizerConfig, sentences: int | None) -> None:
    """Do to an optimizer what a configuration says of its steps; by default, nothing.

    Args:
        optimizer: Acts on it before each of its steps, so that whoever calls `step` need not know.
        model: The gradients of all its weights are clipped together.
        config: The hyperparameters.
        sentences: How many an epoch has.

    Raises:
        ValueError: There is a warm-up, and it is not known how many sentences an epoch has.
    """
    if config.max_grad_norm:
        clip_gradients(optimizer, model, config.max_grad_norm)
    if config.warmup_ratio:
        if sentences is None:
            raise ValueError(
                f"warmup_ratio is {config.warmup_ratio:g}, but build_optimizer was not told the number of sentences"
            )
        total = config.epochs * ceil(sentences / config.batch_size)
        warm_up(optimizer, ceil(config.warmup_ratio * total), total)


def clip_gradients(optimizer: Optimizer, model: nn.Module, longest: float) -> None:
    """Shorten the gradient of a model's weights to a norm before each step, if it is longer; its direction stays.

    Pascanu et al. 2013, https://arxiv.org/abs/1211.5063.
    """

    def clip(*_: Any) -> None:
        clip_grad_norm_(model.parameters(), longest)

    optimizer.register_step_pre_hook(clip)


def warm_up(optimizer: Optimizer, warmup: int, total: int) -> None:
    """Let every learning rate rise from 0 in the first steps, and then fall to 0, both in a straight line.

    What is counted stands in the optimizer's groups, so that it is part of its `state_dict`.

    Args:
        optimizer: Its rates are the largest that they will be.
        warmup: Steps until then.
        total: All steps.
    """
    for group in optimizer.param_groups:
        group.update(initial_lr=group["lr"], steps=0)

    def set_rates(*_: Any) -> None:
        for group in optimizer.param_groups:
            group["lr"] = group["initial_lr"] * linear_warmup(group["steps"], warmup, total)
            group["steps"] += 1

    optimizer.register_step_pre_hook(set_rates)


def linear_warmup(step: int, warmup: int, total: int) -> float:
    """Give the share of the full learning rate that a step has; steps count from 0."""
    if step < warmup:
        return step / warmup
    return max(0, total - step) / max(1, total - warmup)
