"""Checks of `freezing.py`."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import torch
from torch import nn
from torch.optim import AdamW, Optimizer

from ..exercise import exercise
from .inputs import outcome
from .models import tiny_bert, tiny_distilbert, tiny_model, tiny_tokens

predict_changes = exercise("3.1")
apply_strategy = exercise("3.2")
rebalance = exercise("3.3")
layer_groups = exercise("3.4")
unfreeze_schedule = exercise("3.5")
optimizer_groups = exercise("3.6")

PARTS = ("transformer", "projection", "layer_norm", "taskA_classifier", "taskB_classifier")


def _parts(model: nn.Module) -> dict[str, nn.Module]:
    """Give the parts of a model by their names."""
    return {name: model.get_submodule(name) for name in PARTS}


def _flags(modules: Mapping[str, nn.Module]) -> dict[str, str]:
    """Say of each module whether its parameters train."""
    flags = {name: {parameter.requires_grad for parameter in module.parameters()} for name, module in modules.items()}
    return {name: _word(found, "trains", "frozen") for name, found in flags.items()}


def _modes(modules: Mapping[str, nn.Module]) -> dict[str, str]:
    """Say of each module in which mode it is, with all that is in it."""
    modes = {name: {inner.training for inner in module.modules()} for name, module in modules.items()}
    return {name: _word(found, "train", "eval") for name, found in modes.items()}


def _word(found: set[bool], yes: str, no: str) -> str:
    """Put into words whether something is true everywhere, nowhere, or only in places."""
    return f"partly {yes}, partly {no}" if len(found) > 1 else yes if True in found else no


def _weights(module: nn.Module) -> list[torch.Tensor]:
    """Copy all weights of a module."""
    return [parameter.detach().clone() for parameter in module.parameters()]


def _moved(modules: Mapping[str, nn.Module], act: Callable[[], Any]) -> list[str]:
    """List the modules whose weights are no longer the same after an action."""
    before = {name: _weights(module) for name, module in modules.items()}
    act()
    return [name for name in modules if not all(map(torch.equal, _weights(modules[name]), before[name]))]


def _step(model: nn.Module, optimizer: Optimizer) -> None:
    """Take a training step on top of whatever gradients are already there."""
    output = model(**tiny_tokens())
    loss = output.taskA_logits.logsumexp(dim=1).sum() + output.taskB_logits.logsumexp(dim=1).sum()
    if loss.requires_grad:
        loss.backward()
    optimizer.step()


def _optimizer(model: nn.Module) -> AdamW:
    """Make an optimizer whose weight decay alone moves every weight that has a gradient, even a zero one."""
    return AdamW(model.parameters(), lr=0.1, weight_decay=0.1)


@predict_changes.check("predicts that all parts move where nothing is frozen, and none where everything is")
def predict_all_or_none(course: Any, rng: torch.Generator) -> Any:
    predict, strategies = course.freezing.predict_changes, course.config.FreezeStrategy
    return {"nothing": predict(strategies.NOTHING), "everything": predict(strategies.EVERYTHING)}


@predict_changes.check("predicts that only the transformer stands still under a frozen backbone")
def predict_backbone(course: Any, rng: torch.Generator) -> Any:
    return course.freezing.predict_changes(course.config.FreezeStrategy.BACKBONE)


@predict_changes.check("predicts that a frozen head is the only part that stands still")
def predict_heads(course: Any, rng: torch.Generator) -> Any:
    predict, strategies = course.freezing.predict_changes, course.config.FreezeStrategy
    return {"head-a": predict(strategies.HEAD_A), "head-b": predict(strategies.HEAD_B)}


@predict_changes.check("predicts what really moves in a training step")
def predict_step(course: Any, rng: torch.Generator) -> Any:
    model, right = tiny_model(course, rng), {}
    for strategy in course.config.FreezeStrategy:
        course.freezing.apply_strategy(model, strategy)
        optimizer = _optimizer(model)
        moved = _moved(_parts(model), partial(_step, model, optimizer))
        right[strategy.value] = set(course.freezing.predict_changes(strategy)) == set(moved)
    return right


@predict_changes.check("gives the same answer whenever it is asked, in whatever order")
def predict_again(course: Any, rng: torch.Generator) -> Any:
    strategies = list(course.config.FreezeStrategy)
    return [course.freezing.predict_changes(strategy) for strategy in [*strategies[::-1], *strategies]]


@apply_strategy.check("freezes all parameters of the parts that the strategy names, and no other")
def frozen_parts(course: Any, rng: torch.Generator) -> Any:
    model, flags = tiny_model(course, rng), {}
    for strategy in course.config.FreezeStrategy:
        model.requires_grad_(True)
        course.freezing.apply_strategy(model, strategy)
        flags[strategy.value] = _flags(_parts(model))
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
            flags[f"{first.value}, then {second.value}"] = _flags(_parts(model))
    return flags


@apply_strategy.check("keeps frozen parts from moving, despite weight decay and gradients left over from before")
def frozen_step(course: Any, rng: torch.Generator) -> Any:
    moved = {}
    for strategy in course.config.FreezeStrategy:
        model = tiny_model(course, rng)
        optimizer = _optimizer(model)
        _step(model, optimizer)  # now there are gradients and momentum everywhere
        course.freezing.apply_strategy(model, strategy)
        moved[strategy.value] = _moved(_parts(model), partial(_step, model, optimizer))
    return moved


@apply_strategy.check("puts frozen parts into eval mode, where they stay, and leaves the others in train mode")
def train_mode(course: Any, rng: torch.Generator) -> Any:
    model, modes = tiny_model(course, rng), {}
    for strategy in course.config.FreezeStrategy:
        model.requires_grad_(True).train()
        course.freezing.apply_strategy(model, strategy)
        at_once = {"the model": model.training, **_modes(_parts(model))}
        modes[strategy.value] = [at_once, _modes(_parts(model.train()))]
    return modes


@apply_strategy.check("brings parts that are unfrozen back into the model's train mode")
def train_mode_again(course: Any, rng: torch.Generator) -> Any:
    model, modes = tiny_model(course, rng).train(), {}
    for strategy in course.config.FreezeStrategy:
        course.freezing.apply_strategy(model, course.config.FreezeStrategy.EVERYTHING)
        course.freezing.apply_strategy(model, strategy)
        modes[strategy.value] = {"the model": model.training, **_modes(_parts(model))}
    return modes


@apply_strategy.check("leaves a model that is in eval mode there")
def eval_mode(course: Any, rng: torch.Generator) -> Any:
    model, modes = tiny_model(course, rng), {}
    for strategy in course.config.FreezeStrategy:
        course.freezing.apply_strategy(model, strategy)
        modes[strategy.value] = {"the model": model.training, **_modes(_parts(model))}
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
    parameters = list(model.parameters())

    def apply_all() -> None:
        for strategy in course.config.FreezeStrategy:
            course.freezing.apply_strategy(model, strategy)

    moved = _moved(_parts(model), apply_all)
    return moved, [new is old for new, old in zip(model.parameters(), parameters, strict=True)]


@rebalance.check("halves task A's weight where task A's head is frozen")
def frozen_head_a(course: Any, rng: torch.Generator) -> Any:
    return course.freezing.rebalance(0.6, 0.8, course.config.FreezeStrategy.HEAD_A)


@rebalance.check("halves task B's weight where task B's head is frozen")
def frozen_head_b(course: Any, rng: torch.Generator) -> Any:
    return course.freezing.rebalance(0.6, 0.8, course.config.FreezeStrategy.HEAD_B)


@rebalance.check("leaves both weights alone where no head is frozen")
def no_frozen_head(course: Any, rng: torch.Generator) -> Any:
    strategies = course.config.FreezeStrategy
    return [course.freezing.rebalance(0.6, 0.8, strategy) for strategy in (strategies.NOTHING, strategies.BACKBONE)]


@rebalance.check("leaves both weights alone where everything is frozen")
def both_heads_frozen(course: Any, rng: torch.Generator) -> Any:
    return course.freezing.rebalance(0.6, 0.8, course.config.FreezeStrategy.EVERYTHING)


@rebalance.check("halves any weight: large, odd, tiny and zero")
def any_weight(course: Any, rng: torch.Generator) -> Any:
    strategies = course.config.FreezeStrategy
    pairs = ((3.0, 5.0), (0.0, 1.0), (1.0, 0.0), (1234.5, 0.0625), (0.00375, 777.0))
    return [[course.freezing.rebalance(*pair, strategy) for pair in pairs] for strategy in strategies]


def _handmade(**parts: nn.Module) -> nn.Module:
    """Build a module with parts of these names."""
    module = nn.Module()
    for name, part in parts.items():
        module.add_module(name, part)
    return module


def _layers() -> nn.Module:
    """Build what holds a backbone's layers."""
    return _handmade(layer=nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)]))


def _names(course: Any, backbone: nn.Module) -> list[str]:
    """List the layer groups of a backbone by the names that they have in it."""
    names = {id(module): name for name, module in backbone.named_modules()}
    groups = course.freezing.layer_groups(backbone)
    return [names.get(id(group), f"unknown: {type(group).__name__}") for group in groups]


def _count(course: Any, backbone: nn.Module) -> Any:
    """Count the layer groups of a backbone, which may be refused."""
    return outcome(lambda: len(course.freezing.layer_groups(backbone)))


@layer_groups.check("lists BERT's embeddings and then its layers, from bottom to top")
def bert(course: Any, rng: torch.Generator) -> Any:
    return [_names(course, tiny_bert(rng, layers, hidden=4)) for layers in (1, 2, 11)]


@layer_groups.check("lists DistilBERT's embeddings and then its layers, from bottom to top")
def distilbert(course: Any, rng: torch.Generator) -> Any:
    return [_names(course, tiny_distilbert(rng, layers, hidden=4)) for layers in (1, 2, 11)]


@layer_groups.check("knows a backbone by the names of its parts, whatever its class")
def handmade(course: Any, rng: torch.Generator) -> Any:
    embeddings = nn.Embedding(3, 2)
    backbones = [
        _handmade(embeddings=embeddings, encoder=_layers()),
        _handmade(embeddings=embeddings, transformer=_layers()),
        _handmade(encoder=_layers(), embeddings=embeddings),
    ]
    return [_names(course, backbone) for backbone in backbones]


@layer_groups.check("puts every parameter into exactly one group, also when some are frozen")
def grouped_once(course: Any, rng: torch.Generator) -> Any:
    counts = []
    for backbone in (tiny_bert(rng, 3), tiny_distilbert(rng, 3)):
        for parameter in backbone.parameters():
            parameter.requires_grad = bool(torch.rand((), generator=rng) < 0.5)
        groups = course.freezing.layer_groups(backbone)
        times = Counter(id(parameter) for group in groups for parameter in group.parameters())
        counts.append({name: times[id(parameter)] for name, parameter in backbone.named_parameters()})
    return counts


@layer_groups.check("returns a list of its own, so that changing it leaves the backbone alone")
def own_list(course: Any, rng: torch.Generator) -> Any:
    backbone = tiny_bert(rng)
    groups = course.freezing.layer_groups(backbone)
    if isinstance(groups, list):
        groups.clear()
    return type(groups).__name__, _names(course, backbone)


@layer_groups.check("refuses a backbone that is built in another way")
def unknown_backbone(course: Any, rng: torch.Generator) -> Any:
    embeddings = nn.Embedding(3, 2)
    backbones = {
        "a linear layer": nn.Linear(2, 2),
        "no embeddings, like BERT": _handmade(encoder=_layers()),
        "no embeddings, like DistilBERT": _handmade(transformer=_layers()),
        "no layers": _handmade(embeddings=embeddings),
        "no layers in the encoder": _handmade(embeddings=embeddings, encoder=nn.Linear(2, 2)),
        "another name": _handmade(embeddings=embeddings, encoder=_handmade(block=nn.ModuleList([nn.Linear(2, 2)]))),
    }
    return {name: _count(course, backbone) for name, backbone in backbones.items()}


@layer_groups.check("refuses a backbone with parameters that would belong to no group")
def leftover_parameters(course: Any, rng: torch.Generator) -> Any:
    outcomes = []
    for backbone in (tiny_bert(rng), tiny_distilbert(rng)):
        outcomes.append(_count(course, backbone))
        backbone.pooler = nn.Linear(16, 16, bias=False)
        outcomes.append(_count(course, backbone))
        backbone.pooler = nn.Tanh()
        outcomes.append(_count(course, backbone))
        backbone.scale = nn.Parameter(torch.ones(1), requires_grad=False)
        outcomes.append(_count(course, backbone))
    return outcomes


@layer_groups.check("leaves the backbone as it was")
def backbone_kept(course: Any, rng: torch.Generator) -> Any:
    backbone = tiny_bert(rng)
    parameters = list(backbone.parameters())
    for number, parameter in enumerate(parameters):
        parameter.requires_grad = number % 3 != 0
    backbone.encoder.eval()
    course.freezing.layer_groups(backbone)
    same = [new is old for new, old in zip(backbone.parameters(), parameters, strict=True)]
    flags = [parameter.requires_grad for parameter in backbone.parameters()]
    return {"same": same, "flags": flags, "modes": {name: m.training for name, m in backbone.named_modules()}}


def _groups(course: Any, model: nn.Module) -> dict[str, nn.Module]:
    """Give the layer groups of a model's backbone by name."""
    bottom, *layers = course.freezing.layer_groups(model.get_submodule("transformer"))
    return {"embeddings": bottom, **{f"layer {number}": layer for number, layer in enumerate(layers, start=1)}}


def _deep_model(course: Any, rng: torch.Generator) -> Any:
    """Make a model with a frozen backbone of four layer groups, in train mode."""
    model = tiny_model(course, rng, tiny_bert(rng, layers=3)).train()
    course.freezing.apply_strategy(model, course.config.FreezeStrategy.BACKBONE)
    return model


def _trainable(course: Any, milestones: Mapping[int, int], epochs: range = range(1, 8)) -> list[int]:
    """Ask a schedule how many layers train in each epoch."""
    schedule = course.freezing.UnfreezeSchedule(milestones)
    return [schedule.trainable_layers(epoch) for epoch in epochs]


@unfreeze_schedule.check("trains no layer of the backbone before the first milestone")
def before_milestones(course: Any, rng: torch.Generator) -> Any:
    return [_trainable(course, milestones, range(1, 3)) for milestones in ({}, {3: 1}, {4: 2, 9: 3})]


@unfreeze_schedule.check("trains as many layers as the last milestone says, from its epoch on")
def reached_milestones(course: Any, rng: torch.Generator) -> Any:
    return [_trainable(course, milestones) for milestones in ({1: 2}, {2: 1, 3: 2, 6: 4}, {2: 3, 4: 1, 6: 0})]


@unfreeze_schedule.check("takes milestones in any order, from any mapping, and leaves them as they were")
def unsorted_milestones(course: Any, rng: torch.Generator) -> Any:
    milestones = {5: 2, 3: 1, 6: 0, 1: 4}
    return _trainable(course, MappingProxyType(milestones)), list(milestones.items())


@unfreeze_schedule.check("answers for epochs in any order, and for each schedule alone")
def independent_schedules(course: Any, rng: torch.Generator) -> Any:
    first, second = (course.freezing.UnfreezeSchedule(milestones) for milestones in ({2: 1, 5: 3}, {3: 2}))
    return [(first.trainable_layers(epoch), second.trainable_layers(epoch)) for epoch in (6, 1, 4, 2, 100, 3)]


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
    model, flags = _deep_model(course, rng), {}
    for count in range(5):
        course.freezing.apply_strategy(model, course.config.FreezeStrategy.BACKBONE)
        course.freezing.UnfreezeSchedule({1: count}).apply(model, 1)
        flags[count] = _flags(_groups(course, model))
    return flags


@unfreeze_schedule.check("also freezes layers that were trainable before")
def frozen_again(course: Any, rng: torch.Generator) -> Any:
    model, flags = tiny_model(course, rng, tiny_distilbert(rng, layers=3)).train(), {}
    for name, milestones in (("falling", {1: 4, 2: 1, 3: 3, 4: 0}), ("empty", {}), ("later", {5: 2})):
        course.freezing.apply_strategy(model, course.config.FreezeStrategy.NOTHING)
        schedule = course.freezing.UnfreezeSchedule(milestones)
        for epoch in range(1, 5):
            schedule.apply(model, epoch)
            flags[f"{name}, epoch {epoch}"] = _flags(_groups(course, model))
    return flags


@unfreeze_schedule.check("puts frozen layers into eval mode and unfrozen ones into train mode")
def layer_modes(course: Any, rng: torch.Generator) -> Any:
    frozen, fresh = _deep_model(course, rng), tiny_model(course, rng, tiny_bert(rng, layers=3)).train()
    modes = []
    for model in (frozen, fresh):
        schedule = course.freezing.UnfreezeSchedule({1: 2, 2: 4, 3: 1})
        for epoch in (1, 2, 3):
            schedule.apply(model, epoch)
            above = _modes({name: model.get_submodule(name) for name in PARTS[1:]})
            modes.append({"the model": model.training, **_modes(_groups(course, model)), **above})
    return modes


@unfreeze_schedule.check("leaves a model that is in eval mode there")
def eval_schedule(course: Any, rng: torch.Generator) -> Any:
    model = _deep_model(course, rng).eval()
    course.freezing.UnfreezeSchedule({1: 2}).apply(model, 1)
    return {"the model": model.training, **_modes(_parts(model))}


@unfreeze_schedule.check("leaves everything above the backbone as frozen or trainable as it was")
def above_the_backbone(course: Any, rng: torch.Generator) -> Any:
    model, flags = tiny_model(course, rng), {}
    for strategy in course.config.FreezeStrategy:
        course.freezing.apply_strategy(model, strategy)
        course.freezing.UnfreezeSchedule({1: 1}).apply(model, 1)
        flags[strategy.value] = _flags(_parts(model))
    return flags


@unfreeze_schedule.check("lets only unfrozen layers move, despite weight decay and gradients left over from before")
def scheduled_steps(course: Any, rng: torch.Generator) -> Any:
    model, moved = _deep_model(course, rng), {}
    schedule, optimizer = course.freezing.UnfreezeSchedule({2: 1, 3: 4, 4: 2}), _optimizer(model)
    for epoch in range(1, 6):
        schedule.apply(model, epoch)
        moved[epoch] = _moved(_groups(course, model), partial(_step, model, optimizer))
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


def _optimizer_groups(course: Any, model: nn.Module, *layer_decay: float) -> list[dict[str, Any]]:
    """Ask for the groups, and tell each one's parameters by the part or layer group and the name in it."""
    places = {**_parts(model)}
    if layer_decay and layer_decay[0] != 1:
        places = {**_groups(course, model), **{name: places[name] for name in PARTS[1:]}}
    names = {id(p): (place, name) for place, module in places.items() for name, p in module.named_parameters()}
    groups = course.freezing.optimizer_groups(model, 8.0, 0.25, *layer_decay)
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


@optimizer_groups.check("gives the optimizer every parameter exactly once, frozen ones included")
def every_parameter_once(course: Any, rng: torch.Generator) -> Any:
    model, times = _deep_model(course, rng), {}
    for strategy in course.config.FreezeStrategy:
        course.freezing.apply_strategy(model, strategy)
        for decay in (1.0, 0.5):
            groups = _optimizer_groups(course, model, decay)
            counts = Counter(f"{place}: {name}" for group in groups for place, name in group["params"])
            times[f"{strategy.value} frozen, layer_decay {decay}"] = dict(counts)
    return times


@optimizer_groups.check("makes one group for each part of the model, with the learning rate as given")
def group_per_part(course: Any, rng: torch.Generator) -> Any:
    model = _deep_model(course, rng)
    groups = [_optimizer_groups(course, model, *decay) for decay in ((), (1.0,))]
    return [(_contents(found), _values(found, "lr")) for found in groups]


@optimizer_groups.check("makes one group for each layer group of the backbone if there is a layer_decay")
def group_per_layer(course: Any, rng: torch.Generator) -> Any:
    backbones = (tiny_bert(rng, layers=3), tiny_distilbert(rng, layers=1))
    return [_contents(_optimizer_groups(course, tiny_model(course, rng, backbone), 0.5)) for backbone in backbones]


@optimizer_groups.check("slows the backbone down layer by layer from top to bottom, and nothing above it")
def learning_rates(course: Any, rng: torch.Generator) -> Any:
    backbones = (tiny_bert(rng, layers=3), tiny_distilbert(rng, layers=1))
    models = [tiny_model(course, rng, backbone) for backbone in backbones]
    return [[_values(_optimizer_groups(course, model, decay), "lr") for decay in (0.5, 0.9)] for model in models]


@optimizer_groups.check("gives every group the weight decay")
def weight_decays(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    return [_values(_optimizer_groups(course, model, decay), "weight_decay") for decay in (1.0, 0.5)]


@optimizer_groups.check("lets an optimizer move layers that are unfrozen after it was built")
def unfrozen_later(course: Any, rng: torch.Generator) -> Any:
    moved = []
    for decay in (1.0, 0.5):
        model = _deep_model(course, rng)
        optimizer = AdamW(course.freezing.optimizer_groups(model, 0.1, 0.1, decay))
        schedule = course.freezing.UnfreezeSchedule({2: 1, 3: 4})
        for epoch in (1, 2, 3):
            schedule.apply(model, epoch)
            places = {**_groups(course, model), **_parts(model)}
            moved.append(_moved(places, partial(_step, model, optimizer)))
    return moved


@optimizer_groups.check("needs no layers in the backbone if there is no layer_decay")
def without_layers(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    model.transformer = nn.Linear(16, 16)
    return _contents(_optimizer_groups(course, model, 1.0))


@optimizer_groups.check("leaves the model as it was")
def model_kept(course: Any, rng: torch.Generator) -> Any:
    model, flags = _deep_model(course, rng), []
    for decay in (1.0, 0.5):
        moved = _moved(_parts(model), partial(course.freezing.optimizer_groups, model, 0.1, 0.1, decay))
        flags.append((moved, _flags(_parts(model)), _modes(_parts(model))))
    return flags
