"""What `train` does with the layers of the backbone, where a schedule unfreezes them."""

from typing import Any

import torch
from torch import nn

from ...protocol.suite import Code, expect
from ..parts import layer_groups_of
from ..training import make_config, make_dataset, small_model, weights_of
from .unmeasured import train_unmeasured


def groups_trained(code: Code, rng: torch.Generator, unfreeze: Any) -> Any:
    """Look at the layer groups in each of three epochs, and afterwards."""
    model, seen = small_model(code, rng), list[dict[str, str]]()
    groups = layer_groups_of(code, model)
    before = {name: weights_of(group) for name, group in groups.items()}

    def look(*arguments: Any) -> None:
        seen.append({name: _group_now(group, before[name]) for name, group in groups.items()})

    model.projection.register_forward_pre_hook(look)
    expect(list, train_unmeasured(code, model, make_dataset(code), make_config(code, epochs=3, unfreeze=unfreeze)))
    look()
    *epochs, afterwards = seen
    return {**{f"epoch {number}": each for number, each in enumerate(epochs, start=1)}, "afterwards": afterwards}


def _group_now(group: nn.Module, before: dict[str, torch.Tensor]) -> str:
    trains = all(parameter.requires_grad for parameter in group.parameters())
    moved = any(not torch.equal(weight, before[name]) for name, weight in weights_of(group).items())
    words = "trains" if trains else "frozen", "train" if group.training else "eval", "moved" if moved else "stayed"
    return "{}, in {} mode, {} so far".format(*words)
