"""Checks of exercise 3.4, `layer_groups`."""

from collections import Counter
from typing import Any

import torch
from torch import nn

from ...protocol.suite import Code, Suite
from ..inputs import outcome
from ..models import mode_of_each, tiny_bert, tiny_distilbert

suite = Suite()


def _handmade(**parts: nn.Module) -> nn.Module:
    """Build a module with parts of these names."""
    module = nn.Module()
    for name, part in parts.items():
        module.add_module(name, part)
    return module


def _layers() -> nn.Module:
    """Build what holds a backbone's layers."""
    return _handmade(layer=nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)]))


def _names(code: Code, backbone: nn.Module) -> list[str]:
    """List the layer groups of a backbone by the names that they have in it."""
    names = {id(module): name for name, module in backbone.named_modules()}
    groups = code.freezing.layer_groups(backbone)
    return [names.get(id(group), f"unknown: {type(group).__name__}") for group in groups]


def _count(code: Code, backbone: nn.Module) -> Any:
    """Count the layer groups of a backbone, which may be refused."""
    return outcome(lambda: len(code.freezing.layer_groups(backbone)))


@suite.check("lists BERT's embeddings and then its layers, from bottom to top")
def bert(code: Code, rng: torch.Generator) -> Any:
    return {f"{layers} layers": _names(code, tiny_bert(rng, layers, hidden=4)) for layers in (1, 2, 11)}


@suite.check("lists DistilBERT's embeddings and then its layers, from bottom to top")
def distilbert(code: Code, rng: torch.Generator) -> Any:
    return {f"{layers} layers": _names(code, tiny_distilbert(rng, layers, hidden=4)) for layers in (1, 2, 11)}


@suite.check("knows a backbone by the names of its parts, whatever its class")
def handmade(code: Code, rng: torch.Generator) -> Any:
    embeddings = nn.Embedding(3, 2)
    backbones = {
        "like BERT": _handmade(embeddings=embeddings, encoder=_layers()),
        "like DistilBERT": _handmade(embeddings=embeddings, transformer=_layers()),
        "the embeddings last": _handmade(encoder=_layers(), embeddings=embeddings),
    }
    return {name: _names(code, backbone) for name, backbone in backbones.items()}


@suite.check("puts every parameter into exactly one group, also when some are frozen")
def grouped_once(code: Code, rng: torch.Generator) -> Any:
    counts = {}
    for backbone in (tiny_bert(rng, 3), tiny_distilbert(rng, 3)):
        for parameter in backbone.parameters():
            parameter.requires_grad = bool(torch.rand((), generator=rng) < 0.5)
        groups = code.freezing.layer_groups(backbone)
        times = Counter(id(parameter) for group in groups for parameter in group.parameters())
        groups_of_each = {name: times[id(parameter)] for name, parameter in backbone.named_parameters()}
        counts[type(backbone).__name__] = groups_of_each
    return counts


@suite.check("returns a list of its own, so that changing it leaves the backbone alone")
def own_list(code: Code, rng: torch.Generator) -> Any:
    backbone = tiny_bert(rng)
    groups = code.freezing.layer_groups(backbone)
    if isinstance(groups, list):
        groups.clear()
    return {"type": type(groups).__name__, "groups afterwards": _names(code, backbone)}


@suite.check("refuses a backbone that is built in another way")
def unknown_backbone(code: Code, rng: torch.Generator) -> Any:
    embeddings = nn.Embedding(3, 2)
    backbones = {
        "a linear layer": nn.Linear(2, 2),
        "no embeddings, like BERT": _handmade(encoder=_layers()),
        "no embeddings, like DistilBERT": _handmade(transformer=_layers()),
        "no layers": _handmade(embeddings=embeddings),
        "no layers in the encoder": _handmade(embeddings=embeddings, encoder=nn.Linear(2, 2)),
        "another name": _handmade(embeddings=embeddings, encoder=_handmade(block=nn.ModuleList([nn.Linear(2, 2)]))),
    }
    return {name: _count(code, backbone) for name, backbone in backbones.items()}


@suite.check("refuses a backbone with parameters that would belong to no group")
def leftover_parameters(code: Code, rng: torch.Generator) -> Any:
    outcomes = {}
    for backbone in (tiny_bert(rng), tiny_distilbert(rng)):
        name = type(backbone).__name__
        outcomes[name] = _count(code, backbone)
        backbone.pooler = nn.Linear(16, 16, bias=False)
        outcomes[f"{name} with a pooler"] = _count(code, backbone)
        backbone.pooler = nn.Tanh()
        outcomes[f"{name} with a pooler without parameters"] = _count(code, backbone)
        backbone.scale = nn.Parameter(torch.ones(1), requires_grad=False)
        outcomes[f"{name} with a parameter of its own"] = _count(code, backbone)
    return outcomes


@suite.check("leaves the backbone as it was")
def backbone_kept(code: Code, rng: torch.Generator) -> Any:
    backbone = tiny_bert(rng)
    parameters = dict(backbone.named_parameters())
    for number, parameter in enumerate(parameters.values()):
        parameter.requires_grad = number % 3 != 0
    backbone.encoder.eval()
    code.freezing.layer_groups(backbone)
    same = {name: parameter is parameters[name] for name, parameter in backbone.named_parameters()}
    flags = {name: parameter.requires_grad for name, parameter in backbone.named_parameters()}
    return {"same": same, "requires_grad": flags, "modes": mode_of_each(backbone)}
