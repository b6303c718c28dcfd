"""Checks of exercise 3.2, `apply_strategy`."""

from functools import partial
from typing import Any

import torch

from ...exercise import exercise
from ..models import tiny_distilbert, tiny_model, tiny_tokens
from .common import decaying_optimizer, flags_of, modes_of, moved_by, parts_of, take_step

apply_strategy = exercise("3.2")


@apply_strategy.check("freezes all parameters of the parts that the strategy names, and no other")
def frozen_parts(course: Any, rng: torch.Generator) -> Any:
    model, flags = tiny_model(course, rng), {}
    for strategy in course.config.FreezeStrategy:
        model.requires_grad_(True)
        course.freezing.apply_strategy(model, strategy)
        flags[strategy.value] = flags_of(parts_of(model))
    return flags


@apply_strategy.check("unfreezes all other parts, whatever was frozen before")
def earlier_freezing(course: Any, rng: torch.Generator) -> Any:
    model, flags = tiny_model(course, rng, tiny_distilbert(rng)), {}
    for parameter in model.parameters():
        parameter.requires_grad = bool(torch.rand((), generator=rng) < 0.5)
    for first in course.config.FreezeStrategy:
        for second in course.config.FreezeStrategy:
            course.freezing.apply_strategy(model, first)
            course.freezing.apply_strategy(model, second)
            flags[f"{first.value}, then {second.value}"] = flags_of(parts_of(model))
    return flags


@apply_strategy.check("keeps frozen parts from moving, despite weight decay and gradients left over from before")
def frozen_step(course: Any, rng: torch.Generator) -> Any:
    moved = {}
    for strategy in course.config.FreezeStrategy:
        model = tiny_model(course, rng)
        optimizer = decaying_optimizer(model)
        take_step(model, optimizer)  # now there are gradients and momentum everywhere
        course.freezing.apply_strategy(model, strategy)
        moved[strategy.value] = moved_by(parts_of(model), partial(take_step, model, optimizer))
    return moved


@apply_strategy.check("puts frozen parts into eval mode, where they stay, and leaves the others in train mode")
def train_mode(course: Any, rng: torch.Generator) -> Any:
    model, modes = tiny_model(course, rng), {}
    for strategy in course.config.FreezeStrategy:
        model.requires_grad_(True).train()
        course.freezing.apply_strategy(model, strategy)
        modes[strategy.value] = {"the model": model.training, **modes_of(parts_of(model))}
        modes[f"{strategy.value}, after model.train()"] = modes_of(parts_of(model.train()))
    return modes


@apply_strategy.check("brings parts that are unfrozen back into the model's train mode")
def train_mode_again(course: Any, rng: torch.Generator) -> Any:
    model, modes = tiny_model(course, rng).train(), {}
    for strategy in course.config.FreezeStrategy:
        course.freezing.apply_strategy(model, course.config.FreezeStrategy.EVERYTHING)
        course.freezing.apply_strategy(model, strategy)
        modes[strategy.value] = {"the model": model.training, **modes_of(parts_of(model))}
    return modes


@apply_strategy.check("leaves a model that is in eval mode there")
def eval_mode(course: Any, rng: torch.Generator) -> Any:
    model, modes = tiny_model(course, rng), {}
    for strategy in course.config.FreezeStrategy:
        course.freezing.apply_strategy(model, strategy)
        modes[strategy.value] = {"the model": model.training, **modes_of(parts_of(model))}
    return modes


@apply_strategy.check("switches a frozen backbone's dropout off, and keeps that of the heads on")
def frozen_dropout(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng).train()
    course.freezing.apply_strategy(model, course.config.FreezeStrategy.BACKBONE)
    first, second = model(**tiny_tokens()), model(**tiny_tokens())
    same = torch.equal(first.embeddings, second.embeddings)
    return {"same embeddings": same, "same logits": torch.equal(first.taskA_logits, second.taskA_logits)}


@apply_strategy.check("leaves every weight as it was")
def weights_kept(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    parameters = dict(model.named_parameters())

    def apply_all() -> None:
        for strategy in course.config.FreezeStrategy:
            course.freezing.apply_strategy(model, strategy)

    moved = moved_by(parts_of(model), apply_all)
    replaced = [name for name, parameter in model.named_parameters() if parameter is not parameters[name]]
    return {"changed": moved, "replaced": replaced}
