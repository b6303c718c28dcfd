"""What the checks of several exercises of `freezing.py` share."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn
from torch.optim import AdamW, Optimizer

from ..protocol.suite import Code
from .models import tiny_bert, tiny_model, tiny_tokens

PARTS = ("transformer", "projection", "layer_norm", "taskA_classifier", "taskB_classifier")


def parts_of(model: nn.Module) -> dict[str, nn.Module]:
    """Give the parts of a model by their names."""
    return {name: model.get_submodule(name) for name in PARTS}


def flags_of(modules: Mapping[str, nn.Module]) -> dict[str, str]:
    """Say of each module whether its parameters train."""
    flags = {name: {parameter.requires_grad for parameter in module.parameters()} for name, module in modules.items()}
    return {name: _word(found, "trains", "frozen") for name, found in flags.items()}


def modes_of(modules: Mapping[str, nn.Module]) -> dict[str, str]:
    """Say of each module in which mode it is, with all that is in it."""
    modes = {name: {inner.training for inner in module.modules()} for name, module in modules.items()}
    return {name: _word(found, "train", "eval") for name, found in modes.items()}


def _word(found: set[bool], yes: str, no: str) -> str:
    """Put into words whether something is true everywhere, nowhere, or only in places."""
    return f"partly {yes}, partly {no}" if len(found) > 1 else yes if True in found else no


def _weights(module: nn.Module) -> list[torch.Tensor]:
    """Copy all weights of a module."""
    return [parameter.detach().clone() for parameter in module.parameters()]


def moved_by(modules: Mapping[str, nn.Module], act: Callable[[], Any]) -> list[str]:
    """List the modules whose weights are no longer the same after an action."""
    before = {name: _weights(module) for name, module in modules.items()}
    act()
    return [name for name in modules if not all(map(torch.equal, _weights(modules[name]), before[name]))]


def take_step(model: nn.Module, optimizer: Optimizer) -> None:
    """Take a training step on top of whatever gradients are already there."""
    output = model(**tiny_tokens())
    loss = output.taskA_logits.logsumexp(dim=1).sum() + output.taskB_logits.logsumexp(dim=1).sum()
    if loss.requires_grad:
        loss.backward()
    optimizer.step()


def decaying_optimizer(model: nn.Module) -> AdamW:
    """Make an optimizer whose weight decay alone moves every weight that has a gradient, even a zero one."""
    return AdamW(model.parameters(), lr=0.1, weight_decay=0.1)


def layer_groups_of(code: Code, model: nn.Module) -> dict[str, nn.Module]:
    """Give the layer groups of a model's backbone by name."""
    bottom, *layers = code.freezing.layer_groups(model.get_submodule("transformer"))
    return {"embeddings": bottom, **{f"layer {number}": layer for number, layer in enumerate(layers, start=1)}}


def deep_model(code: Code, rng: torch.Generator) -> Any:
    """Make a model with a frozen backbone of four layer groups, in train mode."""
    model = tiny_model(code, rng, tiny_bert(rng, layers=3)).train()
    code.freezing.apply_strategy(model, code.config.FreezeStrategy.BACKBONE)
    return model
