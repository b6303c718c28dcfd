"""Checks of exercise 3.6, `optimizer_groups`."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.optim import AdamW

from ...protocol.suite import Case, Code, Suite, WrongForm, a, case, expect
from ..inputs import outcome
from ..models import tiny_model
from ..parts import (
    PARTS,
    deep_model,
    flags_of,
    layer_groups_of,
    modes_of,
    moves_of,
    own_mode,
    parts_of,
    small_distilbert_model,
    small_model,
    take_step,
)

suite = Suite(sees="the groups")
Group = dict[str, Any]
Places = dict[str, nn.Module]
WHOLE, SPLIT = "layer_decay 1", "layer_decay 0.5"
DECAYS = {WHOLE: 1.0, SPLIT: 0.5}


def _groups(code: Code, model: nn.Module, *layer_decay: float, learning_rate: float = 8.0) -> list[Group]:
    """Ask for the groups: a list of dictionaries, each with a list of parameters."""
    groups = expect(list, code.freezing.optimizer_groups(model, learning_rate, 0.25, *layer_decay), "the groups")
    return [_group(group, f"group {number}") for number, group in enumerate(groups, start=1)]


def _group(group: Any, name: str) -> Group:
    """Look at one group: its parameters may come in any form that an optimizer takes."""
    found = expect(dict, group, name)
    if "params" not in found:
        raise WrongForm(f"{name}: 'params' is missing, there is only {', '.join(map(str, found)) or 'nothing'}")
    given = found["params"]
    params = list(given) if isinstance(given, Iterable) and not isinstance(given, torch.Tensor) else [given]
    for parameter in params:
        if not isinstance(parameter, torch.Tensor):
            raise WrongForm(f"the params of {name}: a parameter was expected, got {a(type(parameter).__name__)}")
    return {**found, "params": params}


def _places(code: Code, model: nn.Module, layer_decay: float) -> Places:
    """Give what each group is to hold: a part of the model, or a layer group of its backbone."""
    if layer_decay == 1:
        return parts_of(model)
    return {**layer_groups_of(code, model), **{part: model.get_submodule(part) for part in PARTS[1:]}}


def _in_groups(places: Places, groups: list[Group]) -> dict[str, list[int]]:
    """List for each place the groups that hold parameters of it."""
    members = [{id(parameter) for parameter in group["params"]} for group in groups]
    return {
        place: [number for number, ids in enumerate(members) if any(id(p) in ids for p in module.parameters())]
        for place, module in places.items()
    }


def _times(code: Code, model: nn.Module, layer_decay: float) -> dict[str, str]:
    """Say of each place how often its parameters stand in the groups."""
    places, groups = _places(code, model, layer_decay), _groups(code, model, layer_decay)
    counts = Counter(id(parameter) for group in groups for parameter in group["params"])
    strangers = counts.keys() - {id(parameter) for parameter in model.parameters()}
    words = {place: _often(module, counts) for place, module in places.items()}
    return {"parameters that are not the model's, copies for example": str(len(strangers) or "none"), **words}


def _often(module: nn.Module, counts: Counter[int]) -> str:
    """Say how often a module's parameters are counted; where that differs, name the first of each."""
    times = {name: counts[id(parameter)] for name, parameter in module.named_parameters()}
    first = {count: name for name, count in reversed(times.items())}
    if len(first) == 1:
        return _word(*first)
    return ", ".join(f"{name} {_word(count)}" for count, name in sorted(first.items()))


def _word(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


@suite.check("gives the optimizer every parameter exactly once, frozen ones included", sees="the parameters")
def every_parameter_once(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for name, decay in DECAYS.items():
        yield case(f"nothing frozen, {name}", partial(_times, code, small_model(code, rng), decay))
        yield case(f"the backbone frozen, {name}", partial(_times, code, deep_model(code, rng), decay))
    model = small_model(code, rng)
    code.freezing.apply_strategy(model, code.config.FreezeStrategy.EVERYTHING)
    yield case(f"everything frozen, {WHOLE}", partial(_times, code, model, 1.0))


def _company(places: Places, groups: list[Group]) -> dict[str, Any]:
    """Say how many groups there are, and with what each place shares its own."""
    found = _in_groups(places, groups)
    words = {place: _beside(place, found) for place in places}
    return {**words, "the number of groups": len([group for group in groups if group["params"]])}


def _beside(place: str, found: dict[str, list[int]]) -> str:
    if len(found[place]) != 1:
        return f"spread over {len(found[place])} groups" if found[place] else "in no group"
    others = [other for other, numbers in found.items() if other != place and found[place][0] in numbers]
    return f"in one group with {', '.join(others)}" if others else "a group of its own"


def _companions(code: Code, model: nn.Module, *layer_decay: float) -> dict[str, Any]:
    return _company(_places(code, model, *layer_decay or (1.0,)), _groups(code, model, *layer_decay))


@suite.check("makes one group for each part of the model")
def group_per_part(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("no layer_decay given", partial(_companions, code, small_model(code, rng)))
    yield case(WHOLE, partial(_companions, code, small_model(code, rng), 1.0))


@suite.check("makes one group for each layer group of the backbone if there is a layer_decay")
def group_per_layer(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for name, make in {"BERT": small_model, "DistilBERT": small_distilbert_model}.items():
        yield case(f"{SPLIT}, {name}", partial(_companions, code, make(code, rng, layers=2), 0.5))


def _values(code: Code, model: nn.Module, key: str, *layer_decay: float, learning_rate: float = 8.0) -> dict[str, Any]:
    """Give each place's value of an option, or several where it stands in groups that differ.

    What stands in no group, or in one without the option, is missing.
    """
    places = _places(code, model, *layer_decay or (1.0,))
    groups = _groups(code, model, *layer_decay, learning_rate=learning_rate)
    found = {}
    for place, numbers in _in_groups(places, groups).items():
        values = [groups[number][key] for number in numbers if key in groups[number]]
        if values:
            found[f"{key} of {place}"] = values[0] if all(value == values[0] for value in values) else values
    return found


@suite.check("lets everything learn at the learning rate as given if there is no layer_decay")
def whole_rates(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("learning rate 8, no layer_decay given", partial(_values, code, small_model(code, rng), "lr"))
    drawn = 1 + float(torch.rand((), generator=rng))
    see = partial(_values, code, small_model(code, rng), "lr", learning_rate=drawn)
    yield case("another learning rate, no layer_decay given", see)


@suite.check("slows the backbone down layer by layer from top to bottom, and nothing above it")
def learning_rates(code: Code, rng: torch.Generator) -> Iterator[Case]:
    makers: dict[str, tuple[Callable[..., Any], int, float]] = {
        f"learning rate 8, {SPLIT}, BERT": (small_model, 2, 0.5),
        "learning rate 8, layer_decay 0.9, BERT": (small_model, 1, 0.9),
        f"learning rate 8, {SPLIT}, DistilBERT": (small_distilbert_model, 1, 0.5),
    }
    for label, (make, layers, decay) in makers.items():
        yield case(label, partial(_values, code, make(code, rng, layers=layers), "lr", decay))


@suite.check("gives every group the weight decay")
def weight_decays(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for name, decay in DECAYS.items():
        yield case(f"weight_decay 0.25, {name}", partial(_values, code, small_model(code, rng), "weight_decay", decay))


@suite.check("lets an optimizer move layers that are unfrozen after it was built", sees="the steps")
def unfrozen_later(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for name, decay in DECAYS.items():
        yield case(f"all layer groups unfrozen in epoch 2, {name}", partial(_steps, code, deep_model(code, rng), decay))


def _steps(code: Code, model: nn.Module, layer_decay: float) -> dict[str, Any]:
    """Build an optimizer while the backbone is frozen, and say what moves in each epoch."""
    optimizer = AdamW(code.freezing.optimizer_groups(model, 0.1, 0.1, layer_decay))
    schedule, moved = code.freezing.UnfreezeSchedule({2: 3}), {}
    for epoch in (1, 2):
        schedule.apply(model, epoch)
        moved[f"epoch {epoch}"] = moves_of(_places(code, model, 0.5), partial(take_step, model, optimizer))
    return moved


def _without_layers(code: Code, rng: torch.Generator) -> Any:
    """Make a model whose backbone has no layers that could be found."""
    model = tiny_model(code, rng)
    model.transformer = nn.Linear(4, 4)
    return model


@suite.check("needs no layers in the backbone if there is no layer_decay", careful=True)
def without_layers(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case(f"a linear layer as backbone, {WHOLE}", partial(_companions, code, _without_layers(code, rng), 1.0))


@suite.check("refuses a layer_decay for a backbone whose layers are not known", careful=True)
def unknown_layers(code: Code, rng: torch.Generator) -> Iterator[Case]:
    see = partial(code.freezing.optimizer_groups, _without_layers(code, rng), 0.1, 0.1, 0.5)
    yield case(f"a linear layer as backbone, {SPLIT}", partial(outcome, see))


@suite.check("leaves the model as it was", careful=True)
def model_kept(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for name, decay in DECAYS.items():
        yield case(f"the backbone frozen, {name}", partial(_kept, code, deep_model(code, rng), decay))


def _kept(code: Code, model: nn.Module, layer_decay: float) -> dict[str, Any]:
    """Ask for the groups, and look at the model again."""
    parts, groups = parts_of(model), []
    moves = moves_of(parts, lambda: groups.extend(_groups(code, model, layer_decay)))
    weights = {f"the weights of {part}": move for part, move in moves.items()}
    number = {"the number of groups": len(groups)}
    return {**number, **weights, **flags_of(parts), **own_mode(model), **modes_of(parts)}
