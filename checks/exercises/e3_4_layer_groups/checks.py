"""Checks of exercise 3.4, `layer_groups`."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import torch
from torch import nn

from ...protocol.suite import Case, Code, Suite, WrongForm, a, case, expect
from ..backbones import OTHERS, tiny_mpnet
from ..inputs import outcome
from ..models import mode_of_each, tiny_bert, tiny_distilbert

suite = Suite(sees="the layer groups")
LAYERS = {"one layer": 1, "two layers": 2, "fourteen layers": 14}
DEPTH = 2  # of the backbones that are made by hand


def _groups(code: Code, backbone: nn.Module) -> list[nn.Module]:
    """Ask for the layer groups of a backbone: a list of modules."""
    groups = expect(list, code.freezing.layer_groups(backbone), "the layer groups")
    for number, group in enumerate(groups, start=1):
        if not isinstance(group, nn.Module):
            raise WrongForm(f"the layer groups, number {number}: a module was expected, got {a(type(group).__name__)}")
    return groups


def _names(code: Code, backbone: nn.Module) -> list[str]:
    """List the layer groups of a backbone, each by the names of its parts."""
    return [_content(backbone, group) for group in _groups(code, backbone)]


def _content(backbone: nn.Module, group: nn.Module) -> str:
    """Name what a group holds: a part alone, in a list, or piece by piece is all the same."""
    inside, known = ({id(parameter) for parameter in module.parameters()} for module in (group, backbone))
    strangers = ["parameters that are not the backbone's"] if inside - known else []
    return " and ".join(_largest_parts(backbone, inside) + strangers) or "nothing"


def _largest_parts(module: nn.Module, inside: set[int], path: str = "") -> list[str]:
    """Name the largest parts of a module of which all parameters are among those; a part in a part is enough."""
    parts = {name: part for name, part in module.named_children() if any(True for _ in part.parameters())}
    own = dict(module.named_parameters(recurse=False))
    whole = all(id(parameter) in inside for parameter in module.parameters())
    if whole and (own or len(parts) != 1):
        return [path or "the whole backbone"]
    start = f"{path}." if path else ""
    names = [start + name for name, parameter in own.items() if id(parameter) in inside]
    return names + [found for name, part in parts.items() for found in _largest_parts(part, inside, start + name)]


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


@suite.check("puts MPNet's relative positions, which all layers share, into the bottom group")
def mpnet(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, layers in {"one layer": 1, "two layers": 2}.items():
        yield case(label, partial(_known, _names, code, tiny_mpnet(rng, layers)))


@suite.check("finds the layers of other encoders, and puts all that stands around them into the bottom group")
def others(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for name, make in OTHERS.items():
        yield case(f"{name}, two layers", partial(_known, _names, code, make(rng)))


def _handmade(depth: int | None = None, **parts: nn.Module) -> nn.Module:
    """Build a module with parts of these names, and a configuration if a number of layers is given."""
    module = nn.Module()
    for name, part in parts.items():
        module.add_module(name, part)
    if depth is not None:
        vars(module)["config"] = SimpleNamespace(num_hidden_layers=depth)
    return module


def _linears(count: int = DEPTH) -> nn.ModuleList:
    return nn.ModuleList([nn.Linear(2, 2) for _ in range(count)])


def _draw(rng: torch.Generator) -> int:
    """Draw a number for a name."""
    return int(torch.randint(10**6, (1,), generator=rng))


@suite.check("finds the layers by their number, whatever the names of the parts and the class")
def handmade(code: Code, rng: torch.Generator) -> Iterator[Case]:
    words, norm = nn.Embedding(3, 2), nn.LayerNorm(2)
    backbones = {
        "names of its own": _handmade(DEPTH, words=words, blocks=_linears()),
        "names of its own, the layers stand first": _handmade(DEPTH, blocks=_linears(), words=words),
        "names of its own, the layers stand between others": _handmade(
            DEPTH, words=words, blocks=_linears(), norm=norm
        ),
        "names of its own, the layers lie deep": _handmade(
            DEPTH, words=words, body=_handmade(stack=_handmade(blocks=_linears(), norm=norm))
        ),
        "names as BERT's": _handmade(DEPTH, embeddings=words, encoder=_handmade(layer=_linears())),
        "names as DistilBERT's": _handmade(DEPTH, embeddings=words, transformer=_handmade(layer=_linears())),
        "names that nobody knows before": _handmade(
            DEPTH, **{f"table{_draw(rng)}": words, f"stack{_draw(rng)}": _linears()}
        ),
    }
    for label, backbone in backbones.items():
        yield case(label, partial(_known, _names, code, backbone))


@suite.check("puts every parameter into exactly one group, also when some are frozen")
def grouped_once(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for name, make in {"BERT": tiny_bert, "DistilBERT": tiny_distilbert, "MPNet": tiny_mpnet}.items():
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


@suite.check("tells the layers from other lists by their number", careful=True)
def other_lists(code: Code, rng: torch.Generator) -> Iterator[Case]:
    words, blocks = nn.Embedding(3, 2), _linears()
    backbones = {
        "beside the layers is a longer list": _handmade(DEPTH, words=words, blocks=blocks, adapters=_linears(3)),
        "beside the layers is a shorter list": _handmade(DEPTH, tables=_linears(1), words=words, blocks=blocks),
        "beside the layers is a module of as many parts": _handmade(
            DEPTH, words=_handmade(table=words, norm=nn.LayerNorm(2)), blocks=blocks
        ),
        "in each layer is a longer list": _handmade(DEPTH, words=words, blocks=_nested(3)),
        "in each layer is a list of as many modules": _handmade(DEPTH, words=words, blocks=_nested(DEPTH)),
    }
    for label, backbone in backbones.items():
        yield case(label, partial(_known, _names, code, backbone))


def _nested(count: int) -> nn.ModuleList:
    """Make layers that have a list of so many modules in each."""
    return nn.ModuleList([_handmade(parts=_linears(count), norm=nn.LayerNorm(2)) for _ in range(DEPTH)])


def _attempt(code: Code, backbone: nn.Module) -> dict[str, Any]:
    """Ask for the groups of a backbone, which may be refused, and look at its parts again."""
    what_came = outcome(partial(_names, code, backbone))
    parts = [name for name, module in backbone.named_children() if module is not None]
    return {"the backbone's parts afterwards": parts, "the layer groups, or what was raised": what_came}


@suite.check("refuses a backbone without a list of as many layers as its configuration says", careful=True)
def unknown_backbone(code: Code, rng: torch.Generator) -> Iterator[Case]:
    words = nn.Embedding(3, 2)
    unnumbered = _handmade(embeddings=words, encoder=_handmade(layer=_linears()))
    vars(unnumbered)["config"] = SimpleNamespace(hidden_size=2)
    backbones = {
        "no configuration, a linear layer": nn.Linear(2, 2),
        "no configuration, names as BERT's": _handmade(embeddings=words, encoder=_handmade(layer=_linears())),
        "a configuration without the number, names as BERT's": unnumbered,
        "a configuration of two layers, no list": _handmade(2, embeddings=words, encoder=nn.Linear(2, 2)),
        "a configuration of two layers, a list of one": _handmade(
            2, embeddings=words, encoder=_handmade(layer=_linears(1))
        ),
        "a configuration of two layers, a list of three": _handmade(
            2, embeddings=words, encoder=_handmade(layer=_linears(3))
        ),
    }
    for label, backbone in backbones.items():
        yield case(label, partial(_attempt, code, backbone))


@suite.check("refuses a backbone with parameters that would belong to no group", careful=True)
def leftover_parameters(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for name, make in {"BERT": tiny_bert, "DistilBERT": tiny_distilbert, "MPNet": tiny_mpnet}.items():
        pooled = make(rng, 1, hidden=4)
        pooled.pooler = nn.Linear(4, 4, bias=False)
        yield case(f"a pooler, {name}", partial(_attempt, code, pooled))
    for label, holder in {"a parameter of its own": "", "a parameter of its encoder's own": "encoder"}.items():
        for frozen in (False, True):
            backbone = tiny_bert(rng, 1, hidden=4)
            backbone.get_submodule(holder).scale = nn.Parameter(torch.ones(1), requires_grad=not frozen)
            yield case(f"{label}{', frozen' if frozen else ''}, BERT", partial(_attempt, code, backbone))


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
