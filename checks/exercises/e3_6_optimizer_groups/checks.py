"""Checks of exercise 3.6, `optimizer_groups`."""

from collections import Counter
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.optim import AdamW

from ...protocol.suite import Code, Suite
from ..inputs import outcome
from ..models import tiny_bert, tiny_distilbert, tiny_model
from ..parts import PARTS, deep_model, flags_of, layer_groups_of, modes_of, moved_by, parts_of, take_step

suite = Suite()


def _optimizer_groups(code: Code, model: nn.Module, *layer_decay: float) -> list[dict[str, Any]]:
    """Ask for the groups, and tell each one's parameters by the part or layer group and the name in it."""
    places = {**parts_of(model)}
    if layer_decay and layer_decay[0] != 1:
        places = {**layer_groups_of(code, model), **{name: places[name] for name in PARTS[1:]}}
    names = {id(p): (place, name) for place, module in places.items() for name, p in module.named_parameters()}
    groups = code.freezing.optimizer_groups(model, 8.0, 0.25, *layer_decay)
    return [{**group, "params": [names.get(id(p), ("unknown", "")) for p in group["params"]]} for group in groups]


def _contents(groups: list[dict[str, Any]]) -> list[list[str]]:
    """Say of each group whose parameters are in it, whatever the order of the groups."""
    return sorted(sorted({place for place, _ in group["params"]}) for group in groups)


def _values(groups: list[dict[str, Any]], key: str) -> dict[str, Any]:
    """Give each part's value of an option, or all of them where it has several."""
    found: dict[str, list[Any]] = {}
    for group in groups:
        for place in sorted({place for place, _ in group["params"]}):
            found.setdefault(place, []).append(group.get(key, "missing"))
    return {place: values[0] if len(values) == 1 else values for place, values in found.items()}


@suite.check("gives the optimizer every parameter exactly once, frozen ones included")
def every_parameter_once(code: Code, rng: torch.Generator) -> Any:
    model, times = deep_model(code, rng), {}
    for strategy in code.config.FreezeStrategy:
        code.freezing.apply_strategy(model, strategy)
        for decay in (1.0, 0.5):
            groups = _optimizer_groups(code, model, decay)
            counts = Counter(f"{place}: {name}" for group in groups for place, name in group["params"])
            times[f"{strategy.value} frozen, layer_decay {decay}"] = dict(counts)
    return times


@suite.check("makes one group for each part of the model, with the learning rate as given")
def group_per_part(code: Code, rng: torch.Generator) -> Any:
    model = deep_model(code, rng)
    groups = {
        "no layer_decay": _optimizer_groups(code, model),
        "layer_decay 1.0": _optimizer_groups(code, model, 1.0),
    }
    return {name: {"groups": _contents(found), "lr": _values(found, "lr")} for name, found in groups.items()}


@suite.check("makes one group for each layer group of the backbone if there is a layer_decay")
def group_per_layer(code: Code, rng: torch.Generator) -> Any:
    backbones = {"BERT": tiny_bert(rng, layers=3), "DistilBERT": tiny_distilbert(rng, layers=1)}
    models = {name: tiny_model(code, rng, backbone) for name, backbone in backbones.items()}
    return {name: _contents(_optimizer_groups(code, model, 0.5)) for name, model in models.items()}


@suite.check("slows the backbone down layer by layer from top to bottom, and nothing above it")
def learning_rates(code: Code, rng: torch.Generator) -> Any:
    backbones, rates = {"BERT": tiny_bert(rng, layers=3), "DistilBERT": tiny_distilbert(rng, layers=1)}, {}
    for name, backbone in backbones.items():
        model = tiny_model(code, rng, backbone)
        for decay in (0.5, 0.9):
            rates[f"{name}, layer_decay {decay}"] = _values(_optimizer_groups(code, model, decay), "lr")
    return rates


@suite.check("gives every group the weight decay")
def weight_decays(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng)
    decays = {f"layer_decay {decay}": _optimizer_groups(code, model, decay) for decay in (1.0, 0.5)}
    return {name: _values(groups, "weight_decay") for name, groups in decays.items()}


@suite.check("lets an optimizer move layers that are unfrozen after it was built")
def unfrozen_later(code: Code, rng: torch.Generator) -> Any:
    moved = {}
    for decay in (1.0, 0.5):
        model = deep_model(code, rng)
        optimizer = AdamW(code.freezing.optimizer_groups(model, 0.1, 0.1, decay))
        schedule = code.freezing.UnfreezeSchedule({2: 1, 3: 4})
        for epoch in (1, 2, 3):
            schedule.apply(model, epoch)
            places = {**layer_groups_of(code, model), **parts_of(model)}
            steps = moved_by(places, partial(take_step, model, optimizer))
            moved[f"layer_decay {decay}, epoch {epoch}"] = steps
    return moved


@suite.check("needs no layers in the backbone if there is no layer_decay")
def without_layers(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng)
    model.transformer = nn.Linear(16, 16)
    return _contents(_optimizer_groups(code, model, 1.0))


@suite.check("leaves the model as it was")
def model_kept(code: Code, rng: torch.Generator) -> Any:
    model, seen = deep_model(code, rng), {}
    for decay in (1.0, 0.5):
        moved = moved_by(parts_of(model), partial(code.freezing.optimizer_groups, model, 0.1, 0.1, decay))
        parts = parts_of(model)
        seen[f"layer_decay {decay}"] = {"moved": moved, "parameters": flags_of(parts), "modes": modes_of(parts)}
    return seen


@suite.check("refuses a layer_decay for a backbone whose layers are not known")
def unknown_layers(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng)
    model.transformer = nn.Linear(16, 16)
    return outcome(lambda: code.freezing.optimizer_groups(model, 0.1, 0.1, 0.5))
