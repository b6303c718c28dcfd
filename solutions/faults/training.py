"""A training loop: a schedule, clipped gradients, validation, and the best epoch's weights at the end."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Batch = tuple[Tensor, Tensor]


def fit(
    model: nn.Module,
    train: Sequence[Batch],
    validation: Sequence[Batch],
    epochs: int = 3,
    learning_rate: float = 0.1,
    max_norm: float = 1.0,
) -> list[dict[str, float]]:
    """Train a classifier with SGD; at the end it has the weights of the epoch with the smallest validation loss.

    Each step follows the gradient of its own batch, whose norm over all parameters is at most `max_norm`. The learning
    rate falls in equal parts from step to step, from `learning_rate` in the first one towards zero after the last one.

    Args:
        model: Gives logits, `(batch, classes)`. It trains in train mode and is validated in eval mode.
        train: Batches of inputs and class numbers.
        validation: The same.
        epochs: How often to go through `train`.
        learning_rate: Of the first step.
        max_norm: To which longer gradients are clipped.

    Returns:
        For each epoch, the mean loss over all samples of `train` and over all of `validation`, by these names.
    """
    steps = epochs * len(train)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / steps)
    history: list[dict[str, float]] = []
    best_loss, best_weights = float("inf"), _weights(model)
    for _ in range(epochs):
        model.train()
        total = 0.0
        for inputs, labels in train:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(inputs), labels)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            scheduler.step()
            total += loss.item() * len(labels)
        train_loss = total / sum(len(labels) for _, labels in train)
        validation_loss = _validate(model, validation)
        history.append({"train": train_loss, "validation": validation_loss})
        if validation_loss < best_loss:
            best_loss, best_weights = validation_loss, _weights(model)
    model.load_state_dict(best_weights)
    return history


def _weights(model: nn.Module) -> dict[str, Tensor]:
    """Remember the weights of a model as they are now."""
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


@torch.no_grad()
def _validate(model: nn.Module, batches: Sequence[Batch]) -> float:
    """Give the mean loss over all samples."""
    model.eval()
    losses = [F.cross_entropy(model(inputs), labels, reduction="sum").item() for inputs, labels in batches]
    return sum(losses) / sum(len(labels) for _, labels in batches)
