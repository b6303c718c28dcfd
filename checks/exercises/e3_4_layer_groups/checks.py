"""Checks of exercise 3.4, `layer_groups`."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import nn

from ...protocol.suite import Case, Code, Suite, WrongForm, a, case, expect
from ..inputs import outcome
from ..models import mode_of_each, tiny_bert, tiny_distilbert

suite = Suite(sees="the layer groups")
LAYERS = {"one layer": 1, "two layers": 2, "fourteen layers": 14}


def _handmade(**parts: nn.Module) -> nn.Module:
    """Build a module with parts of these names."""
    module = nn.Module()
    for name, part in parts.items():
        module.add_module(name, part)
    return module


def _layers() -> nn.Module:
    """Build what holds a backbone's layers."""
    return _handmade(layer=nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)]))


def _groups(code: Code, backbone: nn.Module) -> list[nn.Module]:
    """Ask for the layer groups of a backbone: a list of modules."""
    groups = expect(list, code.freezing.layer_groups(backbone), "the layer groups")
    for number, group in enumerate(groups, start=1):
        if not isinstance(group, nn.Module):
            raise WrongForm(f"the layer groups, number {number}: a module was expected, got {a(type(group).__name__)}")
    return groups


def _names(code: Code, backbone: nn.Module) -> list[str]:
    """List the layer groups of a backbone by the names that they have in it."""
    names = {id(module): name or "the whole backbone" for name, module in backbone.named_modules()}
    return [names.get(id(group), f"a {type(group).__name__} of its own") for group in _groups(code, backbone)]


def _known(see: Callable[[Code, nn.Module], Any], code: Code, backbone: nn.Module) -> Any:
    """Look at the layer groups of a backbone; a `ValueError` says that it is not known, whatever its words."""
    try:
        return see(code, backbone)
    except ValueError:
        return outcome(partial(code.freezing.layer_groups, backbone))


def _real(code: Code, make: Callable[..., nn.Module], rng: torch.Generator) -> Iterator[Case]:
    """List the layer groups of real backbones of growing depth."""
    for label, layers in LAYERS.items():
        yield case(label, partial(_known, _names, code, make(rng, layers, hidden=2)))


@suite.check("lists BERT's embeddings and then its layers, from bottom to top")
def bert(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return _real(code, tiny_bert, rng)


@suite.check("lists DistilBERT's embeddings and then its layers, from bottom to top")
def distilbert(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return _real(code, tiny_distilbert, rng)


@suite.check("knows a backbone by the names of its parts, whatever its class")
def handmade(code: Code, rng: torch.Generator) -> Iterator[Case]:
    embeddings = nn.Embedding(3, 2)
    backbones = {
        "parts named as BERT's, in another class": _handmade(embeddings=embeddings, encoder=_layers()),
        "parts named as DistilBERT's, in another class": _handmade(embeddings=embeddings, transformer=_layers()),
        "the embeddings stand last, in another class": _handmade(encoder=_layers(), embeddings=embeddings),
    }
    for label, backbone in backbones.items():
        yield case(label, partial(_known, _names, code, backbone))


@suite.check("puts every parameter into exactly one group, also when some are frozen")
def grouped_once(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for name, make in {"BERT": tiny_bert, "DistilBERT": tiny_distilbert}.items():
        yield case(f"nothing frozen, {name}", partial(_known, _times, code, make(rng, 1, hidden=4)))
        backbone = make(rng, 2, hidden=4)
        for parameter in backbone.parameters():
            parameter.requires_grad = bool(torch.rand((), generator=rng) < 0.5)
        yield case(f"some parameters frozen, {name}", partial(_known, _times, code, backbone))
    frozen = tiny_bert(rng, 1, hidden=4).requires_grad_(False)
    yield case("all parameters frozen, BERT", partial(_known, _times, code, frozen))


def _times(code: Code, backbone: nn.Module) -> dict[str, int]:
    """Count in how many groups each parameter stands."""
    groups = _groups(code, backbone)
    times = Counter(id(parameter) for group in groups for parameter in group.parameters())
    return {f"groups with {name}": times[id(parameter)] for name, parameter in backbone.named_parameters()}


def _leftover(backbone: nn.Module, name: str) -> nn.Module:
    """Add something to a backbone that belongs to no layer group."""
    match name:
        case "with a pooler":
            backbone.pooler = nn.Linear(4, 4, bias=False)
        case "with a pooler that has no parameters":
            backbone.pooler = nn.Tanh()
        case "with a frozen parameter of its own":
            backbone.scale = nn.Parameter(torch.ones(1), requires_grad=False)
    return backbone


def _attempt(code: Code, backbone: nn.Module) -> dict[str, Any]:
    """Ask for the groups of a backbone, which may be refused, and look at its parts again."""
    what_came = outcome(lambda: len(_groups(code, backbone)))
    parts = [name for name, module in backbone.named_children() if module is not None]
    return {"the backbone's parts afterwards": parts, "the number of groups, or what was raised": what_came}


@suite.check("refuses a backbone that is built in another way", careful=True)
def unknown_backbone(code: Code, rng: torch.Generator) -> Iterator[Case]:
    embeddings = nn.Embedding(3, 2)
    backbones = {
        "a linear layer": nn.Linear(2, 2),
        "no layers": _handmade(embeddings=embeddings),
        "no layers in the encoder": _handmade(embeddings=embeddings, encoder=nn.Linear(2, 2)),
        "layers of another name": _handmade(
            embeddings=embeddings, encoder=_handmade(block=nn.ModuleList([nn.Linear(2, 2)]))
        ),
        "no embeddings, layers named as BERT's": _handmade(encoder=_layers()),
        "no embeddings, layers named as DistilBERT's": _handmade(transformer=_layers()),
    }
    for label, backbone in backbones.items():
        yield case(label, partial(_attempt, code, backbone))


@suite.check("refuses a backbone with parameters that would belong to no group", careful=True)
def leftover_parameters(code: Code, rng: torch.Generator) -> Iterator[Case]:
    added = ("with a pooler that has no parameters", "with a pooler", "with a frozen parameter of its own")
    for name in added:
        yield case(f"BERT {name}", partial(_attempt, code, _leftover(tiny_bert(rng, 1, hidden=4), name)))
    pooled = _leftover(tiny_distilbert(rng, 1, hidden=4), "with a pooler")
    yield case("DistilBERT with a pooler", partial(_attempt, code, pooled))


@suite.check("returns a list of its own, so that changing it leaves the backbone alone", careful=True)
def own_list(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("the list is emptied, then asked for again", partial(_emptied, code, tiny_bert(rng, 2, hidden=4)))


def _emptied(code: Code, backbone: nn.Module) -> dict[str, Any]:
    """Empty the list that came back, and ask for another one."""
    _groups(code, backbone).clear()
    return {"the layer groups afterwards": _names(code, backbone)}


@suite.check("leaves the backbone's parameters, their flags and its modes as they were", careful=True)
def backbone_kept(code: Code, rng: torch.Generator) -> Iterator[Case]:
    backbone = tiny_bert(rng, 2, hidden=4)
    for number, parameter in enumerate(backbone.parameters()):
        parameter.requires_grad = number % 3 != 0
    backbone.encoder.eval()
    yield case("some parameters frozen, the encoder in eval mode", partial(_kept, code, backbone))


def _kept(code: Code, backbone: nn.Module) -> dict[str, Any]:
    """Ask for the groups, and look at the backbone again."""
    parameters = dict(backbone.named_parameters())
    groups = _names(code, backbone)
    replaced = [name for name, parameter in backbone.named_parameters() if parameter is not parameters.get(name)]
    flags = {name: "trains" if parameter.requires_grad else "frozen" for name, parameter in backbone.named_parameters()}
    return {
        "the layer groups": groups,
        "replaced parameters": ", ".join(replaced) or "none",
        **flags,
        **{f"the mode of {name}": mode for name, mode in mode_of_each(backbone).items()},
    }
