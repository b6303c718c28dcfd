"""Early stopping: which epoch was the best is not for the test set to say."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from math import inf

import torch.nn.functional as F
from torch import nn

from .config import OptimizerConfig
from .dataset import Batch, MultiTaskDataset
from .encoder import inference
from .evaluator import EpochMetrics, labels_and_logits
from .multitask import MultiTaskSentenceTransformer
from .trainer import batches_for, train


class EarlyStopping:
    """Watch the validation loss, keep the weights of the epoch where it was smallest, and say when to stop.

    Of equal losses the first one counts as the best; one that is not a number is never an improvement.

    Args:
        model: The model that is being trained.
        patience: Epochs in a row without a loss below the smallest so far that end the training; 0: none do.

    Attributes:
        best_epoch: Number of the best epoch so far, counted from 1; 0 before the first.
        losses: The validation losses so far, in order.
    """

    def __init__(self, model: nn.Module, patience: int = 0) -> None:
        # TODO 6.7 stop where the validation loss was smallest
        raise NotImplementedError("exercise 6.7: EarlyStopping")

    def update(self, loss: float) -> bool:
        """Take the validation loss at the end of an epoch; the model is left as it is.

        Returns:
            Whether the training should stop here.
        """
        # TODO 6.7 stop where the validation loss was smallest
        raise NotImplementedError("exercise 6.7: EarlyStopping")

    def restore(self) -> None:
        """Give the model the parameters and buffers of the best epoch; without one, those that it had at the start.

        They are written into the model's own tensors, so that an optimizer still knows them.
        """
        # TODO 6.7 stop where the validation loss was smallest
        raise NotImplementedError("exercise 6.7: EarlyStopping")

    def _keep_weights(self) -> None:
        """Copy the weights: `state_dict` alone gives the model's own tensors, which go on changing."""
        # TODO 6.7 stop where the validation loss was smallest
        raise NotImplementedError("exercise 6.7: EarlyStopping")


def validation_loss(model: MultiTaskSentenceTransformer, batches: Iterable[Batch]) -> float:
    """Add up both tasks' mean cross-entropies, unweighted, in eval mode and without gradients, in nats.

    Raises:
        ValueError: There is no batch.
    """
    with inference(model):
        pairs = labels_and_logits((batch, model(**batch.to(model.device).inputs)) for batch in batches)
    return sum(F.cross_entropy(logits, labels).item() for labels, logits in pairs.values() if len(labels))


def train_with_validation(
    model: MultiTaskSentenceTransformer,
    train_set: MultiTaskDataset,
    validation_set: MultiTaskDataset,
    config: OptimizerConfig,
    log: Callable[[str], None] = lambda text: None,
    progress: bool = False,
) -> list[EpochMetrics]:
    """Train as `train` does, but end with the weights of the epoch whose loss on the validation set was smallest.

    Returns:
        What `train` returns, with the `validation_loss` of each epoch; it ends where `config.patience` was at its end.
    """
    batches = batches_for(model, validation_set, config)
    watch = EarlyStopping(model, config.patience)

    def stop() -> bool:
        enough = watch.update(validation_loss(model, batches))
        smallest = " (the smallest so far)" if watch.best_epoch == len(watch.losses) else ""
        log(f"Validation loss: {watch.losses[-1]:.4f}{smallest}")
        return enough

    history = train(model, train_set, config, log, progress, stop)
    for epoch, loss in zip(history, watch.losses, strict=True):
        epoch["validation_loss"] = loss
    watch.restore()
    log(f"The weights are those of epoch {watch.best_epoch}.")
    return history
