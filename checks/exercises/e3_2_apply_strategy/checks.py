"""Checks of exercise 3.2, `apply_strategy`."""

from functools import partial
from typing import Any

import torch

from ...protocol.suite import Code, Suite
from ..models import tiny_distilbert, tiny_model, tiny_tokens
from ..parts import decaying_optimizer, flags_of, modes_of, moved_by, parts_of, take_step

suite = Suite()


@suite.check("freezes all parameters of the parts that the strategy names, and no other")
def frozen_parts(code: Code, rng: torch.Generator) -> Any:
    model, flags = tiny_model(code, rng), {}
    for strategy in code.config.FreezeStrategy:
        model.requires_grad_(True)
        code.freezing.apply_strategy(model, strategy)
        flags[strategy.value] = flags_of(parts_of(model))
    return flags


@suite.check("unfreezes all other parts, whatever was frozen before")
def earlier_freezing(code: Code, rng: torch.Generator) -> Any:
    model, flags = tiny_model(code, rng, tiny_distilbert(rng)), {}
    for parameter in model.parameters():
        parameter.requires_grad = bool(torch.rand((), generator=rng) < 0.5)
    for first in code.config.FreezeStrategy:
        for second in code.config.FreezeStrategy:
            code.freezing.apply_strategy(model, first)
            code.freezing.apply_strategy(model, second)
            flags[f"{first.value}, then {second.value}"] = flags_of(parts_of(model))
    return flags


@suite.check("keeps frozen parts from moving, despite weight decay and gradients left over from before")
def frozen_step(code: Code, rng: torch.Generator) -> Any:
    moved = {}
    for strategy in code.config.FreezeStrategy:
        model = tiny_model(code, rng)
        optimizer = decaying_optimizer(model)
        take_step(model, optimizer)  # now there are gradients and momentum everywhere
        code.freezing.apply_strategy(model, strategy)
        moved[strategy.value] = moved_by(parts_of(model), partial(take_step, model, optimizer))
    return moved


@suite.check("puts frozen parts into eval mode, where they stay, and leaves the others in train mode")
def train_mode(code: Code, rng: torch.Generator) -> Any:
    model, modes = tiny_model(code, rng), {}
    for strategy in code.config.FreezeStrategy:
        model.requires_grad_(True).train()
        code.freezing.apply_strategy(model, strategy)
        modes[strategy.value] = {"the model": model.training, **modes_of(parts_of(model))}
        modes[f"{strategy.value}, after model.train()"] = modes_of(parts_of(model.train()))
    return modes


@suite.check("brings parts that are unfrozen back into the model's train mode")
def train_mode_again(code: Code, rng: torch.Generator) -> Any:
    model, modes = tiny_model(code, rng).train(), {}
    for strategy in code.config.FreezeStrategy:
        code.freezing.apply_strategy(model, code.config.FreezeStrategy.EVERYTHING)
        code.freezing.apply_strategy(model, strategy)
        modes[strategy.value] = {"the model": model.training, **modes_of(parts_of(model))}
    return modes


@suite.check("leaves a model that is in eval mode there")
def eval_mode(code: Code, rng: torch.Generator) -> Any:
    model, modes = tiny_model(code, rng), {}
    for strategy in code.config.FreezeStrategy:
        code.freezing.apply_strategy(model, strategy)
        modes[strategy.value] = {"the model": model.training, **modes_of(parts_of(model))}
    return modes


@suite.check("switches a frozen backbone's dropout off, and keeps that of the heads on")
def frozen_dropout(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng).train()
    code.freezing.apply_strategy(model, code.config.FreezeStrategy.BACKBONE)
    first, second = model(**tiny_tokens()), model(**tiny_tokens())
    same = torch.equal(first.embeddings, second.embeddings)
    return {"same embeddings": same, "same logits": torch.equal(first.taskA_logits, second.taskA_logits)}


@suite.check("leaves every weight as it was")
def weights_kept(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng)
    parameters = dict(model.named_parameters())

    def apply_all() -> None:
        for strategy in code.config.FreezeStrategy:
            code.freezing.apply_strategy(model, strategy)

    moved = moved_by(parts_of(model), apply_all)
    replaced = [name for name, parameter in model.named_parameters() if parameter is not parameters[name]]
    return {"changed": moved, "replaced": replaced}
