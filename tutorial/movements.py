"""What moves in one training step, and by what: eight situations in which intuition fails."""

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

# Of a small model: an encoder, and on top of it a head for each task.
MODEL_PARTS = ("encoder", "head A", "head B")


@dataclass(frozen=True)
class Situation:
    """One training step. All that is not said is as usual: two labelled tasks, plain SGD, fresh gradients.

    Attributes:
        story: What is special about it.
        weights: Of task A's and task B's loss; None where the batch has no labels of that task.
        frozen: The part whose `requires_grad` is False.
        decay: Weight decay of the optimizer, on head A alone.
        momentum: Of the optimizer, on head A alone; it has built up in a step before, with both tasks.
        cleared: Gradients of an earlier backward pass of both tasks: "removed", set to "zero", or "left" as they are.
        tied: Both heads are one and the same layer.
        detached: Head A gets `features.detach()`.
    """

    story: str
    weights: tuple[float | None, float | None] = (1.0, 1.0)
    frozen: str = ""
    decay: float = 0.0
    momentum: float = 0.0
    cleared: str = "removed"
    tied: bool = False
    detached: bool = False


SITUATIONS = {
    "frozen encoder": Situation("The encoder is frozen; both heads train.", frozen="encoder"),
    "frozen head": Situation("Head A is frozen; its loss is in the sum, with full weight.", frozen="head A"),
    "old gradient": Situation(
        "`backward` of both losses, but no step. Then the encoder is frozen, nobody calls `zero_grad`, and a batch "
        "comes that has labels of task B only.",
        weights=(None, 1.0),
        frozen="encoder",
        cleared="left",
    ),
    "loss weight zero": Situation(
        "Task A's loss is in the sum with weight 0. The optimizer has weight decay on head A.",
        weights=(0.0, 1.0),
        decay=0.1,
    ),
    "no labels": Situation(
        "The batch has no labels of task A, so its loss is not in the sum. The optimizer has weight decay on head A.",
        weights=(None, 1.0),
        decay=0.1,
    ),
    "momentum": Situation(
        "The optimizer has momentum on head A, and has taken a step. Then head A is frozen, and "
        "`zero_grad(set_to_none=False)` sets all gradients to zero.",
        frozen="head A",
        momentum=0.9,
        cleared="zero",
    ),
    "tied heads": Situation(
        "Both heads are one and the same layer. The batch has no labels of task B.",
        weights=(1.0, None),
        tied=True,
    ),
    "detached features": Situation("Head A gets `features.detach()`, head B gets the features.", detached=True),
}


def predict_movements() -> dict[str, dict[str, str]]:
    """Say for each of the `SITUATIONS` what moves each part in its one step. Fill the table in before you run anything.

    A cause counts if the part would be moved otherwise, or not at all, without it.

    Returns:
        Situation to part to what moves it: "nothing", or its causes, joined by "and", out of "task A", "task B",
        "weight decay", "momentum" and "old gradient".
    """
    return {
        "frozen encoder": {"encoder": "?", "head A": "?", "head B": "?"},
        "frozen head": {"encoder": "?", "head A": "?", "head B": "?"},
        "old gradient": {"encoder": "?", "head A": "?", "head B": "?"},
        "loss weight zero": {"encoder": "?", "head A": "?", "head B": "?"},
        "no labels": {"encoder": "?", "head A": "?", "head B": "?"},
        "momentum": {"encoder": "?", "head A": "?", "head B": "?"},
        "tied heads": {"encoder": "?", "head A": "?", "head B": "?"},
        "detached features": {"encoder": "?", "head A": "?", "head B": "?"},
    }


def causes_of_movement(name: str) -> dict[str, str]:
    """Find out what `predict_movements` asks: take the step of a situation, and again without each possible cause.

    Returns:
        Part to what moves it, in the words of the table.
    """
    situation = SITUATIONS[name]
    alpha, beta = situation.weights
    without = {
        "task A": replace(situation, weights=(alpha and 0.0, beta)),
        "task B": replace(situation, weights=(alpha, beta and 0.0)),
        "weight decay": replace(situation, decay=0.0),
        "momentum": replace(situation, momentum=0.0),
        "old gradient": replace(situation, cleared="removed" if situation.cleared == "left" else situation.cleared),
    }
    moved, otherwise = take_step(situation), {cause: take_step(other) for cause, other in without.items()}
    return {
        part: " and ".join(cause for cause in without if not torch.equal(moved[part], otherwise[cause][part]))
        or "nothing"
        for part in MODEL_PARTS
    }


def take_step(situation: Situation) -> dict[str, Tensor]:
    """Take the one step of a situation.

    Returns:
        Part to its weights afterwards.
    """
    torch.manual_seed(0)
    parts = {part: nn.Linear(4, 4, bias=False) for part in MODEL_PARTS}
    if situation.tied:
        parts["head B"] = parts["head A"]
    optimizer = _optimizer(parts, situation)
    _earlier(parts, optimizer, situation)
    for parameter in parts[situation.frozen].parameters() if situation.frozen else ():
        parameter.requires_grad = False
    _loss(parts, situation).backward()
    optimizer.step()
    return {part: layer.weight.detach().clone() for part, layer in parts.items()}


def _optimizer(parts: dict[str, nn.Linear], situation: Situation) -> torch.optim.Optimizer:
    """Make plain SGD, with weight decay and momentum on head A where the situation has them."""
    special: dict[str, Any] = {
        "params": [parts["head A"].weight],
        "weight_decay": situation.decay,
        "momentum": situation.momentum,
    }
    others = [parts["encoder"].weight, *([] if situation.tied else [parts["head B"].weight])]
    return torch.optim.SGD([special, {"params": others}], lr=0.1)


def _earlier(parts: dict[str, nn.Linear], optimizer: torch.optim.Optimizer, situation: Situation) -> None:
    """Do what was done before the step: perhaps another step, perhaps a backward pass that nobody cleared."""
    if situation.cleared == "removed":
        return
    _loss(parts, Situation("both tasks")).backward()
    if situation.cleared == "zero":
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)


def _loss(parts: dict[str, nn.Linear], situation: Situation) -> Tensor:
    """Add the losses of the tasks up that have labels."""
    batch = torch.Generator().manual_seed(1)
    features = torch.tanh(parts["encoder"](torch.randn(8, 4, generator=batch)))
    below_a = features.detach() if situation.detached else features
    total = torch.zeros(())
    for weight, logits in zip(situation.weights, (parts["head A"](below_a), parts["head B"](features)), strict=True):
        labels = torch.randint(4, (8,), generator=batch)
        if weight is not None:
            total = total + weight * F.cross_entropy(logits, labels)
    return total
