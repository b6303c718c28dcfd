"""Checks of exercise 3.5, `UnfreezeSchedule`."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import torch

from ...exercise import exercise
from ..inputs import outcome
from ..models import tiny_bert, tiny_distilbert, tiny_model
from .common import (
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

unfreeze_schedule = exercise("3.5")


def _trainable(course: Any, milestones: Mapping[int, int], epochs: range = range(1, 8)) -> dict[str, int]:
    """Ask a schedule how many layers train in each epoch."""
    schedule = course.freezing.UnfreezeSchedule(milestones)
    return {f"epoch {epoch}": schedule.trainable_layers(epoch) for epoch in epochs}


@unfreeze_schedule.check("trains no layer of the backbone before the first milestone")
def before_milestones(course: Any, rng: torch.Generator) -> Any:
    cases: tuple[dict[int, int], ...] = ({}, {3: 1}, {4: 2, 9: 3})
    return {str(milestones): _trainable(course, milestones, range(1, 3)) for milestones in cases}


@unfreeze_schedule.check("trains as many layers as the last milestone says, from its epoch on")
def reached_milestones(course: Any, rng: torch.Generator) -> Any:
    cases = ({1: 2}, {2: 1, 3: 2, 6: 4}, {2: 3, 4: 1, 6: 0})
    return {str(milestones): _trainable(course, milestones) for milestones in cases}


@unfreeze_schedule.check("takes milestones in any order, from any mapping, and leaves them as they were")
def unsorted_milestones(course: Any, rng: torch.Generator) -> Any:
    # From epoch 3 on, neither the milestone given last nor the largest number so far is the right answer.
    milestones = {5: 2, 3: 1, 6: 0, 1: 4, 2: 3}
    trainable = _trainable(course, MappingProxyType(milestones))
    return {**trainable, "milestones afterwards": list(milestones.items())}


@unfreeze_schedule.check("answers for epochs in any order, and for each schedule alone")
def independent_schedules(course: Any, rng: torch.Generator) -> Any:
    first, second = (course.freezing.UnfreezeSchedule(milestones) for milestones in ({2: 1, 5: 3}, {3: 2}))
    epochs = (6, 1, 4, 2, 100, 3)
    return {f"epoch {epoch}": (first.trainable_layers(epoch), second.trainable_layers(epoch)) for epoch in epochs}


def _verdict(call: Callable[[], Any]) -> Any:
    """Say whether a call is accepted, or how it is refused."""

    def attempt() -> str:
        call()
        return "accepted"

    return outcome(attempt)


@unfreeze_schedule.check("refuses an epoch below 1 and a negative number of layers")
def impossible_milestones(course: Any, rng: torch.Generator) -> Any:
    cases = ({0: 1}, {-1: 2}, {2: -1}, {1: 0, 0: 0}, {4: 1, 2: 2, 3: -3}, {1: 0}, {2: 7})
    return {str(case): _verdict(partial(course.freezing.UnfreezeSchedule, case)) for case in cases}


@unfreeze_schedule.check("unfreezes the layers at the top and freezes those below")
def unfrozen_layers(course: Any, rng: torch.Generator) -> Any:
    model, flags = deep_model(course, rng), {}
    for count in range(5):
        course.freezing.apply_strategy(model, course.config.FreezeStrategy.BACKBONE)
        course.freezing.UnfreezeSchedule({1: count}).apply(model, 1)
        flags[f"{count} layer groups"] = flags_of(layer_groups_of(course, model))
    return flags


@unfreeze_schedule.check("also freezes layers that were trainable before")
def frozen_again(course: Any, rng: torch.Generator) -> Any:
    model, flags = tiny_model(course, rng, tiny_distilbert(rng, layers=3)).train(), {}
    for name, milestones in (("falling", {1: 4, 2: 1, 3: 3, 4: 0}), ("empty", {}), ("later", {5: 2})):
        course.freezing.apply_strategy(model, course.config.FreezeStrategy.NOTHING)
        schedule = course.freezing.UnfreezeSchedule(milestones)
        for epoch in range(1, 5):
            schedule.apply(model, epoch)
            flags[f"{name}, epoch {epoch}"] = flags_of(layer_groups_of(course, model))
    return flags


@unfreeze_schedule.check("puts frozen layers into eval mode and unfrozen ones into train mode")
def layer_modes(course: Any, rng: torch.Generator) -> Any:
    frozen, fresh = deep_model(course, rng), tiny_model(course, rng, tiny_bert(rng, layers=3)).train()
    modes = {}
    for name, model in (("frozen before", frozen), ("trainable before", fresh)):
        schedule = course.freezing.UnfreezeSchedule({1: 2, 2: 4, 3: 1})
        for epoch in (1, 2, 3):
            schedule.apply(model, epoch)
            above = modes_of({part: model.get_submodule(part) for part in PARTS[1:]})
            layers = modes_of(layer_groups_of(course, model))
            modes[f"{name}, epoch {epoch}"] = {"the model": model.training, **layers, **above}
    return modes


@unfreeze_schedule.check("leaves a model that is in eval mode there")
def eval_schedule(course: Any, rng: torch.Generator) -> Any:
    model = deep_model(course, rng).eval()
    course.freezing.UnfreezeSchedule({1: 2}).apply(model, 1)
    return {"the model": model.training, **modes_of(parts_of(model))}


@unfreeze_schedule.check("leaves everything above the backbone as frozen or trainable as it was")
def above_the_backbone(course: Any, rng: torch.Generator) -> Any:
    model, flags = tiny_model(course, rng), {}
    for strategy in course.config.FreezeStrategy:
        course.freezing.apply_strategy(model, strategy)
        course.freezing.UnfreezeSchedule({1: 1}).apply(model, 1)
        flags[strategy.value] = flags_of(parts_of(model))
    return flags


@unfreeze_schedule.check("lets only unfrozen layers move, despite weight decay and gradients left over from before")
def scheduled_steps(course: Any, rng: torch.Generator) -> Any:
    model, moved = deep_model(course, rng), {}
    schedule, optimizer = course.freezing.UnfreezeSchedule({2: 1, 3: 4, 4: 2}), decaying_optimizer(model)
    for epoch in range(1, 6):
        schedule.apply(model, epoch)
        moved[f"epoch {epoch}"] = moved_by(layer_groups_of(course, model), partial(take_step, model, optimizer))
    return moved


@unfreeze_schedule.check("refuses to unfreeze more layer groups than the backbone has")
def too_many_layers(course: Any, rng: torch.Generator) -> Any:
    outcomes = {}
    for backbone in (tiny_bert(rng, layers=3), tiny_distilbert(rng, layers=1)):
        model = tiny_model(course, rng, backbone)
        for count in (2, 3, 4, 5, 99):
            schedule = course.freezing.UnfreezeSchedule({2: count})
            name = f"{count} groups of {type(backbone).__name__}"
            outcomes[name] = _verdict(partial(schedule.apply, model, 2))
    return outcomes
