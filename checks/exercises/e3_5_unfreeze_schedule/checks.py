"""Checks of exercise 3.5, `UnfreezeSchedule`."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import torch

from ...protocol.suite import Code, Suite
from ..inputs import outcome
from ..models import tiny_bert, tiny_distilbert, tiny_model
from ..parts import (
    PARTS,
    decaying_optimizer,
    deep_model,
    flags_of,
    layer_groups_of,
    modes_of,
    moved_by,
    parts_of,
    take_step,
)

suite = Suite()


def _trainable(code: Code, milestones: Mapping[int, int], epochs: range = range(1, 8)) -> dict[str, int]:
    """Ask a schedule how many layers train in each epoch."""
    schedule = code.freezing.UnfreezeSchedule(milestones)
    return {f"epoch {epoch}": schedule.trainable_layers(epoch) for epoch in epochs}


@suite.check("trains no layer of the backbone before the first milestone")
def before_milestones(code: Code, rng: torch.Generator) -> Any:
    cases: tuple[dict[int, int], ...] = ({}, {3: 1}, {4: 2, 9: 3})
    return {str(milestones): _trainable(code, milestones, range(1, 3)) for milestones in cases}


@suite.check("trains as many layers as the last milestone says, from its epoch on")
def reached_milestones(code: Code, rng: torch.Generator) -> Any:
    cases = ({1: 2}, {2: 1, 3: 2, 6: 4}, {2: 3, 4: 1, 6: 0})
    return {str(milestones): _trainable(code, milestones) for milestones in cases}


@suite.check("takes milestones in any order, from any mapping, and leaves them as they were")
def unsorted_milestones(code: Code, rng: torch.Generator) -> Any:
    # From epoch 3 on, neither the milestone given last nor the largest number so far is the right answer.
    milestones = {5: 2, 3: 1, 6: 0, 1: 4, 2: 3}
    trainable = _trainable(code, MappingProxyType(milestones))
    return {**trainable, "milestones afterwards": list(milestones.items())}


@suite.check("answers for epochs in any order, and for each schedule alone")
def independent_schedules(code: Code, rng: torch.Generator) -> Any:
    first, second = (code.freezing.UnfreezeSchedule(milestones) for milestones in ({2: 1, 5: 3}, {3: 2}))
    epochs = (6, 1, 4, 2, 100, 3)
    return {f"epoch {epoch}": (first.trainable_layers(epoch), second.trainable_layers(epoch)) for epoch in epochs}


def _verdict(call: Callable[[], Any]) -> Any:
    """Say whether a call is accepted, or how it is refused."""

    def attempt() -> str:
        call()
        return "accepted"

    return outcome(attempt)


@suite.check("refuses an epoch below 1 and a negative number of layers")
def impossible_milestones(code: Code, rng: torch.Generator) -> Any:
    cases = ({0: 1}, {-1: 2}, {2: -1}, {1: 0, 0: 0}, {4: 1, 2: 2, 3: -3}, {1: 0}, {2: 7})
    return {str(case): _verdict(partial(code.freezing.UnfreezeSchedule, case)) for case in cases}


@suite.check("unfreezes the layers at the top and freezes those below")
def unfrozen_layers(code: Code, rng: torch.Generator) -> Any:
    model, flags = deep_model(code, rng), {}
    for count in range(5):
        code.freezing.apply_strategy(model, code.config.FreezeStrategy.BACKBONE)
        code.freezing.UnfreezeSchedule({1: count}).apply(model, 1)
        flags[f"{count} layer groups"] = flags_of(layer_groups_of(code, model))
    return flags


@suite.check("also freezes layers that were trainable before")
def frozen_again(code: Code, rng: torch.Generator) -> Any:
    model, flags = tiny_model(code, rng, tiny_distilbert(rng, layers=3)).train(), {}
    for name, milestones in (("falling", {1: 4, 2: 1, 3: 3, 4: 0}), ("empty", {}), ("later", {5: 2})):
        code.freezing.apply_strategy(model, code.config.FreezeStrategy.NOTHING)
        schedule = code.freezing.UnfreezeSchedule(milestones)
        for epoch in range(1, 5):
            schedule.apply(model, epoch)
            flags[f"{name}, epoch {epoch}"] = flags_of(layer_groups_of(code, model))
    return flags


@suite.check("puts frozen layers into eval mode and unfrozen ones into train mode")
def layer_modes(code: Code, rng: torch.Generator) -> Any:
    frozen, fresh = deep_model(code, rng), tiny_model(code, rng, tiny_bert(rng, layers=3)).train()
    modes = {}
    for name, model in (("frozen before", frozen), ("trainable before", fresh)):
        schedule = code.freezing.UnfreezeSchedule({1: 2, 2: 4, 3: 1})
        for epoch in (1, 2, 3):
            schedule.apply(model, epoch)
            above = modes_of({part: model.get_submodule(part) for part in PARTS[1:]})
            layers = modes_of(layer_groups_of(code, model))
            modes[f"{name}, epoch {epoch}"] = {"the model": model.training, **layers, **above}
    return modes


@suite.check("leaves a model that is in eval mode there")
def eval_schedule(code: Code, rng: torch.Generator) -> Any:
    model = deep_model(code, rng).eval()
    code.freezing.UnfreezeSchedule({1: 2}).apply(model, 1)
    return {"the model": model.training, **modes_of(parts_of(model))}


@suite.check("leaves everything above the backbone as frozen or trainable as it was")
def above_the_backbone(code: Code, rng: torch.Generator) -> Any:
    model, flags = tiny_model(code, rng), {}
    for strategy in code.config.FreezeStrategy:
        code.freezing.apply_strategy(model, strategy)
        code.freezing.UnfreezeSchedule({1: 1}).apply(model, 1)
        flags[strategy.value] = flags_of(parts_of(model))
    return flags


@suite.check("lets only unfrozen layers move, despite weight decay and gradients left over from before")
def scheduled_steps(code: Code, rng: torch.Generator) -> Any:
    model, moved = deep_model(code, rng), {}
    schedule, optimizer = code.freezing.UnfreezeSchedule({2: 1, 3: 4, 4: 2}), decaying_optimizer(model)
    for epoch in range(1, 6):
        schedule.apply(model, epoch)
        moved[f"epoch {epoch}"] = moved_by(layer_groups_of(code, model), partial(take_step, model, optimizer))
    return moved


@suite.check("refuses to unfreeze more layer groups than the backbone has")
def too_many_layers(code: Code, rng: torch.Generator) -> Any:
    outcomes = {}
    for backbone in (tiny_bert(rng, layers=3), tiny_distilbert(rng, layers=1)):
        model = tiny_model(code, rng, backbone)
        for count in (2, 3, 4, 5, 99):
            schedule = code.freezing.UnfreezeSchedule({2: count})
            name = f"{count} groups of {type(backbone).__name__}"
            outcomes[name] = _verdict(partial(schedule.apply, model, 2))
    return outcomes
