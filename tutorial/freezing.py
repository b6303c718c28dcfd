"""Freezing: which parts of the model train, when, and how fast."""

from collections.abc import Mapping
from typing import Any

from torch import nn

from .config import FreezeStrategy

# The model's parts from input to output: every parameter belongs to exactly one of them.
PARTS = ("transformer", "projection", "layer_norm", "taskA_classifier", "taskB_classifier")

FROZEN_PARTS: dict[FreezeStrategy, tuple[str, ...]] = {
    FreezeStrategy.NOTHING: (),
    FreezeStrategy.BACKBONE: ("transformer",),
    FreezeStrategy.HEAD_A: ("taskA_classifier",),
    FreezeStrategy.HEAD_B: ("taskB_classifier",),
    FreezeStrategy.EVERYTHING: PARTS,
}


def set_trainable(module: nn.Module, trainable: bool) -> None:
    """Freeze or unfreeze every parameter of a module.

    A frozen parameter also loses its gradient: the optimizer skips a parameter without one, whereas a gradient
    left over from before, or weight decay, would still move it.
    """
    for parameter in module.parameters():
        parameter.requires_grad = trainable
        if not trainable:
            parameter.grad = None


def apply_strategy(model: nn.Module, strategy: FreezeStrategy | str) -> None:
    """Freeze the parts that a strategy names and unfreeze all others, whatever was frozen before.

    Frozen parts go to eval mode and stay there, because `requires_grad=False` does not switch dropout off. All others
    take the mode of the model, whose own `training` flag stays as it is.

    Args:
        model: A model with the parts named in `PARTS`.
        strategy: Which of them to freeze.

    Raises:
        ValueError: There is no strategy of that name.
    """
    # TODO 3.2 freeze the parts that a strategy names
    raise NotImplementedError("exercise 3.2: apply_strategy")


def rebalance(alpha: float, beta: float, strategy: FreezeStrategy | str) -> tuple[float, float]:
    """Halve the loss weight of a frozen head.

    A frozen head cannot learn, but its loss still pulls on the encoder that both tasks share. Strategies that freeze no
    head, or everything, change nothing.

    Returns:
        The new `(alpha, beta)`.

    Raises:
        ValueError: There is no strategy of that name.
    """
    strategy = FreezeStrategy(strategy)
    if strategy is FreezeStrategy.HEAD_A:
        return alpha / 2, beta
    if strategy is FreezeStrategy.HEAD_B:
        return alpha, beta / 2
    return alpha, beta


def layer_groups(transformer: nn.Module) -> list[nn.Module]:
    """List a backbone's layer groups from bottom to top: all that is no layer, then each layer.

    One rule fits BERT, DistilBERT, RoBERTa, MPNet, ELECTRA, DeBERTa and ModernBERT, whatever the names of their parts:
    the layers are the `nn.ModuleList` with as many modules as `config.num_hidden_layers` says. Whatever stands around
    it is below the layers or shared by them: embeddings, relative positions, norms. All of that is one group, the
    bottom one.

    Args:
        transformer: A backbone, with its configuration as `config` if it has one; it stays as it is.

    Returns:
        A module for each group, such as an `nn.ModuleList` of its parts. Every parameter stands in exactly one.

    Raises:
        ValueError: There is no such list, or some parameters would belong to no group: those of a part named `pooler`,
            which is above the layers, or those that stand beside the layers in no part of their own.
    """
    # TODO 3.4 list a backbone's layers from bottom to top
    raise NotImplementedError("exercise 3.4: layer_groups")


class UnfreezeSchedule:
    """Progressive unfreezing: more of the backbone's top layers train as the epochs go by.

    The top layers hold what is most specific to the old task, the bottom ones what every task needs
    (Howard & Ruder 2018, https://arxiv.org/abs/1801.06146).

    Args:
        milestones: Epoch (counted from 1) to number of layer groups, from the top, that train from then on. The latest
            one that has been reached counts, even if it asks for fewer layers than one before.

    Raises:
        ValueError: An epoch is below 1, or a number of layers is negative.
    """

    def __init__(self, milestones: Mapping[int, int]) -> None:
        # TODO 3.5 unfreeze from the top, as the epochs go by
        raise NotImplementedError("exercise 3.5: UnfreezeSchedule")

    def trainable_layers(self, epoch: int) -> int:
        """Give the number of top layer groups that train in an epoch; 0 before the first milestone."""
        # TODO 3.5 unfreeze from the top, as the epochs go by
        raise NotImplementedError("exercise 3.5: UnfreezeSchedule")

    def apply(self, model: nn.Module, epoch: int) -> None:
        """Unfreeze the top layer groups that train in this epoch and freeze the ones below.

        Frozen layers go to eval mode, unfrozen ones take the model's mode. What is above the backbone stays as it was.

        Raises:
            ValueError: The backbone has fewer layer groups than that.
        """
        # TODO 3.5 unfreeze from the top, as the epochs go by
        raise NotImplementedError("exercise 3.5: UnfreezeSchedule")


def optimizer_groups(
    model: nn.Module, learning_rate: float, weight_decay: float, layer_decay: float = 1.0
) -> list[dict[str, Any]]:
    """Give the optimizer all parameters, frozen ones included, so that it knows those that are unfrozen later.

    Args:
        model: A model with the parts named in `PARTS`.
        learning_rate: Of everything above the backbone.
        weight_decay: Decoupled weight decay of every group.
        layer_decay: The learning rate of each layer group of the backbone, as a multiple of the one above it
            (discriminative fine-tuning, Howard & Ruder 2018); the top group's is `learning_rate * layer_decay`.

    Returns:
        One group per part and, with a `layer_decay` other than 1, one per layer group of the backbone; every
        parameter stands in exactly one.

    Raises:
        ValueError: `layer_decay` is not 1, and the backbone's layers are not known.
    """
    # TODO 3.6 give the optimizer every parameter exactly once
    raise NotImplementedError("exercise 3.6: optimizer_groups")
