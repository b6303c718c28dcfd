"""What the checks of several exercises of `freezing.py` share."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import nn
from torch.optim import AdamW, Optimizer

from ..protocol.suite import Code, WrongForm
from .models import tiny_bert, tiny_distilbert, tiny_model

PARTS = ("transformer", "projection", "layer_norm", "taskA_classifier", "taskB_classifier")
TOKENS = torch.tensor([[2, 5, 6, 3], [2, 7, 3, 0]]), torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])
HEADS = ("head-a", "head-b")  # strategies that freeze one head


def strategies(code: Code, *values: str) -> Iterator[tuple[str, Any]]:
    """Give strategies with their labels: those of these values, or all."""
    for strategy in map(code.config.FreezeStrategy, values or code.config.FreezeStrategy):
        more = ", one head frozen" if strategy.value in HEADS else ""
        yield f"the strategy '{strategy.value}'{more}", strategy


def small_model(code: Code, rng: torch.Generator, layers: int = 1, **options: Any) -> Any:
    """Make a model on a BERT that is 4 numbers wide, in train mode."""
    return tiny_model(code, rng, tiny_bert(rng, layers, hidden=4), **options).train()


def small_distilbert_model(code: Code, rng: torch.Generator, layers: int = 1) -> Any:
    """Make a model on a DistilBERT that is 4 numbers wide, in train mode."""
    return tiny_model(code, rng, tiny_distilbert(rng, layers, hidden=4)).train()


def parts_of(model: nn.Module) -> dict[str, nn.Module]:
    """Give the parts of a model by their names."""
    return {name: model.get_submodule(name) for name in PARTS}


def flags_of(modules: Mapping[str, nn.Module]) -> dict[str, str]:
    """Say of each module whether its parameters train."""
    return {name: _flag_of(module) for name, module in modules.items()}


def _flag_of(module: nn.Module) -> str:
    flags = {name: parameter.requires_grad for name, parameter in module.named_parameters()}
    word = _word(flags, "trains", "frozen")
    useless = vars(module).get("requires_grad")
    if isinstance(useless, bool) and set(flags.values()) != {useless}:
        return f"{word}: `requires_grad = {useless}` was set on the module, not on its parameters"
    return word


def modes_of(modules: Mapping[str, nn.Module]) -> dict[str, str]:
    """Say of each module in which mode it is, with all that is in it."""
    modes = {
        name: {inside or "the module itself": inner.training for inside, inner in module.named_modules()}
        for name, module in modules.items()
    }
    return {f"the mode of {name}": _word(found, "train", "eval") for name, found in modes.items()}


def own_mode(model: nn.Module) -> dict[str, str]:
    """Say in which mode a model itself is, whatever is in it."""
    return {"the mode of the model itself": "train" if model.training else "eval"}


def _word(found: Mapping[str, bool], yes: str, no: str) -> str:
    """Put into words whether something is true everywhere or nowhere; or else, which are the exceptions."""
    true = [name for name, holds in found.items() if holds]
    false = [name for name, holds in found.items() if not holds]
    if not true or not false:
        return yes if true else no
    most, rare = (yes, false) if len(true) >= len(false) else (no, true)
    more = f" and {len(rare) - 2} more" if len(rare) > 2 else ""
    return f"{most}, but not {', '.join(rare[:2])}{more}"


def _weights(module: nn.Module) -> list[torch.Tensor]:
    """Copy all weights of a module."""
    return [parameter.detach().clone() for parameter in module.parameters()]


def moves_of(modules: Mapping[str, nn.Module], act: Callable[[], Any]) -> dict[str, str]:
    """Say of each module whether an action moves its weights."""
    before = {name: _weights(module) for name, module in modules.items()}
    act()
    same = {name: all(map(torch.equal, _weights(module), before[name])) for name, module in modules.items()}
    return {name: "stood still" if stood else "moved" for name, stood in same.items()}


def in_place(call: Callable[[nn.Module], Any], model: nn.Module) -> None:
    """Have a model changed.

    Raises:
        WrongForm: Another model came back instead.
    """
    result = call(model)
    if isinstance(result, nn.Module) and result is not model:
        raise WrongForm("the given model was to be changed, but another one came back: a copy?")


def take_step(model: nn.Module, optimizer: Optimizer) -> None:
    """Take a training step on top of whatever gradients are already there."""
    output = model(*TOKENS)
    loss = output.taskA_logits.logsumexp(dim=1).sum() + output.taskB_logits.logsumexp(dim=1).sum()
    if loss.requires_grad:
        loss.backward()
    optimizer.step()


def decaying_optimizer(model: nn.Module) -> AdamW:
    """Make an optimizer whose weight decay alone moves every weight that has a gradient, even a zero one."""
    return AdamW(model.parameters(), lr=0.1, weight_decay=0.1)


def layer_groups_of(code: Code, model: nn.Module) -> dict[str, nn.Module]:
    """Give the layer groups of a model's backbone by name; its bottom group is the embeddings alone."""
    bottom, *layers = code.freezing.layer_groups(model.get_submodule("transformer"))
    (embeddings,) = bottom.children()
    return {"embeddings": embeddings, **{f"layer {number}": layer for number, layer in enumerate(layers, start=1)}}


def deep_model(code: Code, rng: torch.Generator) -> Any:
    """Make a model with a frozen backbone of three layer groups, in train mode."""
    model = small_model(code, rng, layers=2)
    code.freezing.apply_strategy(model, code.config.FreezeStrategy.BACKBONE)
    return model
