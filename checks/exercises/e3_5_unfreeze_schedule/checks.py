"""Checks of exercise 3.5, `UnfreezeSchedule`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import torch
from torch import nn

from ...protocol.suite import Case, Code, Suite, case
from ..inputs import outcome
from ..parts import (
    PARTS,
    decaying_optimizer,
    deep_model,
    flags_of,
    in_place,
    layer_groups_of,
    modes_of,
    moves_of,
    own_mode,
    small_distilbert_model,
    small_model,
    strategies,
    take_step,
)

suite = Suite(sees="the number of layer groups that train")
Milestones = Mapping[int, int]


def _trainable(code: Code, milestones: Milestones, epoch: int) -> Any:
    """Ask a new schedule how many layer groups train in an epoch."""
    return code.freezing.UnfreezeSchedule(milestones).trainable_layers(epoch)


def _epochs(code: Code, milestones: Milestones, epochs: Iterable[int], more: str = "") -> Iterator[Case]:
    """Ask about several epochs, each told by where it stands between the milestones."""
    for epoch in epochs:
        place = "at a milestone" if epoch in milestones else "after a milestone"
        place = place if epoch >= min(milestones, default=epoch + 1) else "before all of them"
        see = partial(_trainable, code, milestones, epoch)
        yield case(f"{_text(milestones)} in epoch {epoch}, {place}{more}", see)


def _text(milestones: Milestones) -> str:
    """Write milestones as the command line does."""
    return ",".join(f"{epoch}:{layers}" for epoch, layers in milestones.items()) or "no milestones"


@suite.check("trains as many layer groups as the last milestone says, from its epoch on")
def reached_milestones(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield from _epochs(code, {2: 1}, (2, 3))
    yield from _epochs(code, {1: 2}, (1, 5))
    yield from _epochs(code, {2: 1, 3: 2, 6: 4}, range(2, 8))
    epochs, layers = (1 + torch.randint(3, (2, 12), generator=rng)).cumsum(dim=1).tolist()
    milestones = dict(zip(epochs, layers, strict=True))
    yield case("twelve milestones in all epochs up to the last", partial(_all_epochs, code, milestones))


def _all_epochs(code: Code, milestones: Milestones) -> dict[str, Any]:
    """Ask one schedule about each epoch from its first milestone to its last."""
    schedule = code.freezing.UnfreezeSchedule(milestones)
    return {
        f"milestones {_text(milestones)}, epoch {epoch}": schedule.trainable_layers(epoch)
        for epoch in range(min(milestones), max(milestones) + 1)
    }


@suite.check("lets the last milestone count, even if it asks for fewer layer groups than one before")
def falling_milestones(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield from _epochs(code, {2: 3, 4: 1, 6: 0}, range(2, 8))


@suite.check("trains no layer of the backbone before the first milestone")
def before_milestones(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases: tuple[tuple[Milestones, int], ...] = (({2: 1}, 1), ({3: 1}, 2), ({4: 2, 9: 3}, 3), ({}, 1))
    for milestones, epoch in cases:
        yield from _epochs(code, milestones, [epoch])


@suite.check("takes milestones in any order")
def unsorted_milestones(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield from _epochs(code, {3: 1, 2: 2}, (2, 3), ", out of order")
    # From epoch 3 on, neither the milestone given last nor the largest number so far is the right answer.
    yield from _epochs(code, {5: 2, 3: 1, 6: 0, 1: 4, 2: 3}, range(1, 8), ", out of order")


@suite.check("answers for epochs in any order, and for each schedule alone")
def independent_schedules(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("two schedules in turn", partial(_two_schedules, code))


def _two_schedules(code: Code) -> dict[str, Any]:
    """Ask two schedules in turn."""
    schedules = {_text(each): code.freezing.UnfreezeSchedule(each) for each in ({2: 1, 5: 3}, {3: 2})}
    return {
        f"milestones {name}, epoch {epoch}": schedule.trainable_layers(epoch)
        for epoch in (6, 1, 4, 2, 100, 3)
        for name, schedule in schedules.items()
    }


def _apply(code: Code, model: nn.Module, milestones: Milestones, *epochs: int) -> None:
    """Apply a new schedule in one epoch after the other."""
    schedule = code.freezing.UnfreezeSchedule(milestones)
    for epoch in epochs:
        in_place(partial(_apply_in, schedule, epoch), model)


def _apply_in(schedule: Any, epoch: int, model: nn.Module) -> Any:
    return schedule.apply(model, epoch)


def _flags(code: Code, model: nn.Module, milestones: Milestones, *epochs: int) -> dict[str, str]:
    """Apply a schedule, and say which layer groups train."""
    _apply(code, model, milestones, *epochs)
    return flags_of(layer_groups_of(code, model))


def _modes(code: Code, model: nn.Module, milestones: Milestones, *epochs: int) -> dict[str, str]:
    """Apply a schedule, and say which layer groups and parts are in which mode."""
    _apply(code, model, milestones, *epochs)
    return {**own_mode(model), **modes_of(layer_groups_of(code, model)), **modes_of(_above(model))}


def _above(model: nn.Module) -> dict[str, nn.Module]:
    """Give the parts above the backbone."""
    return {part: model.get_submodule(part) for part in PARTS[1:]}


@suite.check("unfreezes the layer groups at the top")
def unfrozen_layers(code: Code, rng: torch.Generator) -> Iterator[Case]:
    counts = {"1 of 3 layer groups": 1, "2 of 3 layer groups": 2, "3 of 3 layer groups": 3}
    for label, count in counts.items():
        yield case(label, partial(_flags, code, deep_model(code, rng), {1: count}, 1))


@suite.check("freezes the layer groups below, also those that were trainable before")
def frozen_layers(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases: dict[str, tuple[Milestones, tuple[int, ...]]] = {
        "1 of 3 layer groups": ({1: 1}, (1,)),
        "none, at a milestone": ({1: 0}, (1,)),
        "none, before all milestones": ({5: 2}, (1,)),
        "none, no milestones": ({}, (1,)),
        "first 3, then 1": ({1: 3, 2: 1}, (1, 2)),
    }
    for label, (milestones, epochs) in cases.items():
        yield case(label, partial(_flags, code, small_model(code, rng, layers=2), milestones, *epochs))
    model = small_distilbert_model(code, rng, layers=1)
    yield case("first 2, then none, DistilBERT", partial(_flags, code, model, {1: 2, 2: 0}, 1, 2))


@suite.check("puts frozen layer groups into eval mode and unfrozen ones into train mode")
def layer_modes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    trainable = small_model(code, rng, layers=2)
    yield case("trainable before, 1 of 3 layer groups", partial(_modes, code, trainable, {1: 1}, 1))
    frozen = deep_model(code, rng)
    yield case("frozen before, 1 of 3 layer groups", partial(_modes, code, frozen, {1: 1}, 1))
    again = deep_model(code, rng)
    yield case("frozen before, first 3, then 1", partial(_modes, code, again, {1: 3, 2: 1}, 1, 2))


@suite.check("leaves everything above the backbone as frozen or trainable as it was")
def above_the_backbone(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for _, strategy in strategies(code, "nothing", "head-a", "everything"):
        model = small_model(code, rng)
        code.freezing.apply_strategy(model, strategy)
        yield case(f"'{strategy.value}', then 1 of 2 layer groups", partial(_all_flags, code, model, {1: 1}, 1))


def _all_flags(code: Code, model: nn.Module, milestones: Milestones, epoch: int) -> dict[str, str]:
    return {**_flags(code, model, milestones, epoch), **flags_of(_above(model))}


@suite.check("lets only unfrozen layer groups move, despite weight decay and gradients left over from before")
def scheduled_steps(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("milestones 1:3,2:1", partial(_steps, code, deep_model(code, rng), {1: 3, 2: 1}, 2))
    yield case("milestones 2:1,3:2", partial(_steps, code, deep_model(code, rng), {2: 1, 3: 2}, 3))


def _steps(code: Code, model: nn.Module, milestones: Milestones, epochs: int) -> dict[str, Any]:
    """Take a training step in each epoch, and say what it moves."""
    schedule, optimizer, moved = code.freezing.UnfreezeSchedule(milestones), decaying_optimizer(model), {}
    for epoch in range(1, epochs + 1):
        schedule.apply(model, epoch)
        moved[f"epoch {epoch}"] = moves_of(layer_groups_of(code, model), partial(take_step, model, optimizer))
    return moved


def _verdict(call: Callable[[], Any]) -> Any:
    """Say whether a call is accepted, or how it is refused."""

    def attempt() -> str:
        call()
        return "accepted"

    return outcome(attempt)


@suite.check("refuses an epoch below 1 and a negative number of layers", sees="the milestones", careful=True)
def impossible_milestones(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "an epoch of 0": {0: 1},
        "an epoch of -1": {-1: 2},
        "negative layers": {2: -1},
        "negative layers, the last of three": {4: 1, 2: 2, 3: -3},
        "an epoch of 0, the second of two": {1: 0, 0: 0},
        "both at once": {0: -1},
        "nothing wrong, 0 layers": {1: 0},
        "nothing wrong, 7 layers": {2: 7},
    }
    for label, milestones in cases.items():
        see = partial(_verdict, partial(code.freezing.UnfreezeSchedule, milestones))
        yield case(f"{label}, {_text(milestones)}", see)


@suite.check("refuses to unfreeze more layer groups than the backbone has", sees="the schedule", careful=True)
def too_many_layers(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for count, make, has in ((3, small_model, 2), (2, small_model, 2), (99, small_distilbert_model, 2)):
        see = partial(_apply, code, make(code, rng), {2: count}, 2)
        yield case(f"{count} layer groups, the backbone has {has}", partial(_verdict, see))


@suite.check("takes any mapping, and leaves it as it was", careful=True)
def own_milestones(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("5:2,3:1, a dict", partial(_milestones_afterwards, code, {5: 2, 3: 1}))
    proxy = MappingProxyType({5: 2, 3: 1})
    yield case("5:2,3:1, no dict", partial(_milestones_afterwards, code, proxy))


def _milestones_afterwards(code: Code, milestones: Milestones) -> dict[str, Any]:
    trainable = _trainable(code, milestones, 4)
    return {"the number of layer groups that train in epoch 4": trainable, "the milestones": list(milestones.items())}


@suite.check("leaves a model that is in eval mode there", careful=True)
def eval_schedule(code: Code, rng: torch.Generator) -> Iterator[Case]:
    model = deep_model(code, rng).eval()
    yield case("1 of 3 layer groups, in eval mode", partial(_flags_and_modes, code, model, {1: 1}, 1))


def _flags_and_modes(code: Code, model: nn.Module, milestones: Milestones, epoch: int) -> dict[str, str]:
    return {**_modes(code, model, milestones, epoch), **flags_of(layer_groups_of(code, model))}
