"""Early stopping: which epoch was the best is not for the test set to say."""

from collections.abc import Iterable
from copy import deepcopy
from math import inf

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import OptimizerConfig
from .dataset import Batch, MultiTaskDataset
from .encoder import inference
from .evaluator import EpochMetrics, labels_and_logits
from .log import Log
from .multitask import MultiTaskSentenceTransformer
from .snapshots import NO_SNAPSHOTS, Snapshots
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
        self.model = model
        self.patience = patience
        self.best_epoch = 0
        self.losses: list[float] = []
        self._best_loss = inf
        self._keep_weights()

    def update(self, loss: float) -> bool:
        """Take the validation loss at the end of an epoch; the model is left as it is.

        Returns:
            Whether the training should stop here.
        """
        self.losses.append(loss)
        if loss < self._best_loss:
            self._best_loss, self.best_epoch = loss, len(self.losses)
            self._keep_weights()
        return 0 < self.patience <= len(self.losses) - self.best_epoch

    def restore(self) -> None:
        """Give the model the parameters and buffers of the best epoch; without one, those that it had at the start.

        They are written into the model's own tensors, so that an optimizer still knows them.
        """
        self.model.load_state_dict(self._best_weights)

    def _keep_weights(self) -> None:
        """Copy the weights: `state_dict` alone gives the model's own tensors, which go on changing."""
        self._best_weights = deepcopy(self.model.state_dict())


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
    log: Log = lambda text, metrics: None,
    progress: bool = False,
    snapshots: Snapshots = NO_SNAPSHOTS,
) -> list[EpochMetrics]:
    """Train as `train` does, but end with the weights of the epoch whose loss on the validation set was smallest.

    Returns:
        What `train` returns, with the `validation_loss` of each epoch; it ends where `config.patience` was at its end.
    """
    batches = batches_for(model, validation_set, config)
    watch = EarlyStopping(model, config.patience)
    snapshots.include("validation", _Watched(model, watch))

    def stop() -> bool:
        enough = watch.update(validation_loss(model, batches))
        epoch, loss = len(watch.losses), watch.losses[-1]
        smallest = " (the smallest so far)" if watch.best_epoch == epoch else ""
        log(f"Validation loss: {loss:.4f}{smallest}", {"epoch": epoch, "validation_loss": loss})
        return enough

    history = train(model, train_set, config, log, progress, stop, snapshots)
    for epoch, loss in zip(history, watch.losses, strict=True):
        epoch["validation_loss"] = loss
    watch.restore()
    log(f"The weights are those of epoch {watch.best_epoch}.", {"epoch": len(history), "best_epoch": watch.best_epoch})
    return history


class _Watched:
    """What an `EarlyStopping` knows of a model, as a part of snapshots."""

    def __init__(self, model: MultiTaskSentenceTransformer, watch: EarlyStopping) -> None:
        self.model = model
        self.watch = watch

    def state_dict(self) -> dict[str, Tensor]:
        """Give the losses so far, and of the best epoch's weights those that are others by now."""
        losses = {"losses": torch.tensor(self.watch.losses, dtype=torch.float64)}
        if self.watch.best_epoch == len(self.watch.losses):
            return losses
        now = deepcopy(self.model.state_dict())
        self.watch.restore()
        best = {name: weights.clone() for name, weights in self.model.state_dict().items()}
        self.model.load_state_dict(now)
        moved = {name: weights for name, weights in best.items() if not torch.equal(weights, now[name])}
        return {**losses, **moved}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Watch once more what the losses were, while the model has the best epoch's weights."""
        now = deepcopy(self.model.state_dict())
        self.model.load_state_dict({**now, **{name: state[name] for name in state if name != "losses"}})
        for loss in state["losses"].tolist():
            self.watch.update(loss)
        self.model.load_state_dict(now)
