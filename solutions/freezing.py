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
    frozen = FROZEN_PARTS[FreezeStrategy(strategy)]
    for name in PARTS:
        set_trainable(model.get_submodule(name), name not in frozen)
    model.train(model.training)


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
    depth = getattr(getattr(transformer, "config", None), "num_hidden_layers", None)
    for layers in transformer.modules():
        if isinstance(layers, nn.ModuleList) and len(layers) == depth:
            groups = [nn.ModuleList(_around(layers, transformer)), *layers]
            grouped = [id(parameter) for group in groups for parameter in group.parameters()]
            if sorted(grouped) == sorted(map(id, transformer.parameters())):  # else some would be in no group
                return groups
    raise ValueError(
        f"backbone is a {type(transformer).__name__}, but must have its config.num_hidden_layers layers in one "
        "nn.ModuleList, no pooler, and no parameters outside of its parts"
    )


def _around(layers: nn.Module, transformer: nn.Module) -> list[nn.Module]:
    """List the largest parts of a backbone that hold no layer, the pooler left out."""
    holders = [module for module in transformer.modules() if layers in module.modules() and module is not layers]
    beside = [part for holder in holders for part in holder.named_children()]
    return [part for name, part in beside if layers not in part.modules() and name != "pooler"]


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
        for epoch, layers in milestones.items():
            if epoch < 1 or layers < 0:
                raise ValueError(f"milestone is {epoch}:{layers}, but epochs count from 1 and layers from 0")
        self.milestones = dict(sorted(milestones.items()))

    def trainable_layers(self, epoch: int) -> int:
        """Give the number of top layer groups that train in an epoch; 0 before the first milestone."""
        reached = [layers for milestone, layers in self.milestones.items() if milestone <= epoch]
        return reached[-1] if reached else 0

    def apply(self, model: nn.Module, epoch: int) -> None:
        """Unfreeze the top layer groups that train in this epoch and freeze the ones below.

        Frozen layers go to eval mode, unfrozen ones take the model's mode. What is above the backbone stays as it was.

        Raises:
            ValueError: The backbone has fewer layer groups than that.
        """
        groups = layer_groups(model.get_submodule("transformer"))
        most = max(self.milestones.values(), default=0)
        if most > len(groups):  # say so in the first epoch, not when it comes to that
            raise ValueError(
                f"the schedule unfreezes {most} layer groups, but the backbone has {len(groups)}: "
                f"the embeddings and {len(groups) - 1} layers"
            )
        trainable = self.trainable_layers(epoch)
        for depth, group in enumerate(reversed(groups)):
            set_trainable(group, depth < trainable)
        model.train(model.training)


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
    transformer = model.get_submodule("transformer")
    backbone = [transformer] if layer_decay == 1 else layer_groups(transformer)
    above = [model.get_submodule(name) for name in PARTS if name != "transformer"]
    rates = [learning_rate * layer_decay**depth for depth in range(len(backbone), 0, -1)]
    return [
        {"params": list(module.parameters()), "lr": rate, "weight_decay": weight_decay}
        for module, rate in zip([*backbone, *above], rates + [learning_rate] * len(above), strict=True)
    ]
