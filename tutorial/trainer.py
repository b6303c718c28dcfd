"""Training both heads and the shared encoder together."""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor
from torch.optim import AdamW, Optimizer
from torch.utils.data import DataLoader

from .config import DataConfig, ModelConfig, OptimizerConfig, Split, TrainingConfig, Weighting
from .dataset import (
    Batch,
    MultiTaskDataset,
    collate,
    generate_dataset,
    stratified_folds,
    stratified_split,
    template_split,
)
from .encoder import inference
from .evaluator import EpochMetrics, Metrics, evaluate, format_evaluation, labels_and_logits, task_metrics
from .freezing import FROZEN_PARTS, UnfreezeSchedule, apply_strategy, optimizer_groups, rebalance
from .log import Log, format_epoch, scalars
from .losses import Criterion, FixedWeights, LabelledUncertaintyWeights, UncertaintyWeights
from .multitask import MultiTaskOutput, MultiTaskSentenceTransformer
from .processes import in_shares, sharing
from .progress import track
from .snapshots import NO_SNAPSHOTS, Snapshots
from .stability import divergence, has_diverged, warn_of_rounding, warn_of_starting_again
from .steps import bound_steps


def build_model(config: ModelConfig, taskA_classes: int = 2, taskB_classes: int = 2) -> MultiTaskSentenceTransformer:
    """Build the model that a configuration describes; the seed decides its untrained layers."""
    torch.manual_seed(config.seed)
    return MultiTaskSentenceTransformer.from_pretrained(
        config.backbone,
        taskA_classes=taskA_classes,
        taskB_classes=taskB_classes,
        dropout=config.dropout,
        **config.encoder_options,
    )


def generated_split(config: DataConfig) -> tuple[MultiTaskDataset, MultiTaskDataset]:
    """Generate the training and test set that a configuration describes."""
    if config.split is Split.LEAK_FREE:
        return template_split(config.dataset_size, config.test_fraction, config.seed, config.disjoint_words)
    return stratified_split(generate_dataset(config.dataset_size, config.seed), config.test_fraction, config.seed)


def cache_features(model: MultiTaskSentenceTransformer, sentences: Sequence[str]) -> Tensor:
    """Compute the pooled features of sentences once, to reuse them while the backbone is frozen.

    This happens in eval mode and without gradients; every module keeps the mode that it had.

    Returns:
        `(batch, hidden)`, in the order of the sentences, of the weights' dtype and on the model's device.
    """
    # TODO 5.1 run a frozen backbone once
    raise NotImplementedError("exercise 5.1: cache_features")


def token_batches(
    model: MultiTaskSentenceTransformer, dataset: MultiTaskDataset, batch_size: int, seed: int | None = None
) -> DataLoader[Batch]:
    """Cut a dataset into tokenized batches: in order, or with a seed reshuffled in every epoch."""
    pad = partial(collate, tokenizer=model.tokenizer, max_length=model.max_length)
    return _loader(dataset, pad, batch_size, seed)


def feature_batches(
    model: MultiTaskSentenceTransformer, dataset: MultiTaskDataset, batch_size: int, seed: int | None = None
) -> DataLoader[Batch]:
    """Cut a dataset into the same batches as `token_batches`, with the backbone's work already done."""
    features = in_shares(partial(cache_features, model), dataset.sentences)
    taskA = torch.tensor([sample.taskA for sample in dataset.samples])
    taskB = torch.tensor([sample.taskB for sample in dataset.samples])

    def gather(rows: list[int]) -> Batch:
        return Batch({"features": features[rows]}, taskA[rows], taskB[rows])

    return _loader(range(len(dataset)), gather, batch_size, seed)


def _loader(
    items: MultiTaskDataset | range, collate_fn: Callable[..., Batch], batch_size: int, seed: int | None
) -> DataLoader[Batch]:
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    return DataLoader(
        items,  # type: ignore[arg-type]  # a range is all that a map-style dataset has to be
        batch_size=batch_size,
        shuffle=seed is not None,
        generator=generator,
        collate_fn=collate_fn,
    )


def train_step(
    model: MultiTaskSentenceTransformer, batch: Batch, criterion: Criterion, optimizer: Optimizer
) -> tuple[float, MultiTaskOutput]:
    """Move the trainable weights once against the gradient of the combined loss; if all are frozen, only measure it.

    Args:
        model: The model, in the mode that the caller has chosen.
        batch: On the model's device.
        criterion: Combines both tasks' logits and labels into a scalar loss.
        optimizer: Knows the trainable parameters, the criterion's included.

    Returns:
        The loss before the step, and the model's detached output, from which it was computed.
    """
    # TODO 4.7 take one training step
    raise NotImplementedError("exercise 4.7: train_step")


def train(
    model: MultiTaskSentenceTransformer,
    dataset: MultiTaskDataset,
    config: OptimizerConfig,
    log: Log = lambda text, metrics: None,
    progress: bool = False,
    stop: Callable[[], bool] = lambda: False,
    snapshots: Snapshots = NO_SNAPSHOTS,
) -> list[EpochMetrics]:
    """Train a model on a dataset; the same configuration gives the same weights to the bit on one CPU.

    Args:
        model: Trained in place, and left in train mode.
        dataset: The training set; every epoch goes through all of it, in another order.
        config: The hyperparameters.
        log: Called after each epoch with `Epoch 1/6:` and, on the lines below it, what `format_epoch` gives, and with
            the numbers that `scalars` gives.
        progress: Show a progress bar.
        stop: Asked after each epoch and its log whether that was the last one.
        snapshots: Asked once, when all is set up, to restore an interrupted training, and after each epoch that is not
            the last by `stop` to save the history, with all that it was shown.

    Returns:
        For each epoch, measured while the weights moved and dropout was on: `loss` (mean over the sentences), for
        `taskA` and `taskB` all of `task_metrics` and, if they are learned, the `loss_weights` at its end.

    Raises:
        ValueError: The dataset is empty, the schedule unfreezes more layers than there are, or the loss diverges.
    """
    # TODO 4.8 train for several epochs
    raise NotImplementedError("exercise 4.8: train")


def build_criterion(config: OptimizerConfig) -> Criterion:
    """Give the loss that a configuration asks for."""
    if config.weighting is Weighting.UNCERTAINTY:
        return LabelledUncertaintyWeights()
    if config.rebalance:
        return FixedWeights(*rebalance(config.alpha, config.beta, config.freeze))
    return FixedWeights(config.alpha, config.beta)


def build_optimizer(
    model: MultiTaskSentenceTransformer, criterion: Criterion, config: OptimizerConfig, sentences: int | None = None
) -> AdamW:
    """Give AdamW every parameter of the model and of the loss, whether it trains now, later or never.

    A warm-up has to know how many sentences an epoch has.
    """
    groups = optimizer_groups(model, config.learning_rate, config.weight_decay, config.layer_decay)
    warn_of_rounding(groups)
    # Weight decay would pull learned loss weights back to where they start.
    learned = {"params": list(criterion.parameters()), "lr": config.weighting_learning_rate, "weight_decay": 0.0}
    optimizer = AdamW([*groups, learned], fused=True)
    warn_of_starting_again(optimizer, model, config)
    bound_steps(optimizer, model, config, sentences)
    return optimizer


def _training_batches(
    model: MultiTaskSentenceTransformer, dataset: MultiTaskDataset, config: OptimizerConfig
) -> DataLoader[Batch]:
    return batches_for(model, dataset, config, config.seed)


def batches_for(
    model: MultiTaskSentenceTransformer, dataset: MultiTaskDataset, config: OptimizerConfig, seed: int | None = None
) -> DataLoader[Batch]:
    """Cut a dataset into batches; if the backbone stays frozen from start to end, its work is done once."""
    stays_frozen = "transformer" in FROZEN_PARTS[config.freeze] and not config.unfreeze
    make_batches = feature_batches if config.cache_features and stays_frozen else token_batches
    return make_batches(model, dataset, config.batch_size, seed)


class Run(NamedTuple):
    """A trained model, its training history and its metrics on the test set."""

    model: MultiTaskSentenceTransformer
    history: list[EpochMetrics]
    metrics: Metrics


def run(
    config: TrainingConfig,
    train_set: MultiTaskDataset,
    test_set: MultiTaskDataset,
    device: torch.device | str = "cpu",
    log: Log = lambda text, metrics: None,
    progress: bool = False,
) -> Run:
    """Build a fresh model, train it on one set and evaluate it on the other."""
    model = build_model(config, len(train_set.taskA_classes), len(train_set.taskB_classes)).to(device)
    with sharing(model):
        history = train(model, train_set, config, log, progress)
        return Run(model, history, evaluate(model, token_batches(model, test_set, config.batch_size)))


def cross_validate(
    dataset: MultiTaskDataset,
    config: TrainingConfig,
    folds: int = 5,
    device: torch.device | str = "cpu",
    log: Log = lambda text, metrics: None,
    progress: bool = False,
) -> list[Metrics]:
    """Train a fresh model on every fold's training set and evaluate it on the fold's test set.

    Args:
        dataset: All sentences.
        config: The hyperparameters of every training; its seed also makes the folds.
        folds: How many.
        device: Where the models train.
        log: Called after each fold with `Fold 1/5:` and, on the lines below it, what `format_evaluation` gives, and
            with the combined accuracy; `epoch` is the number of the fold.
        progress: Show a progress bar for each training.

    Returns:
        The metrics dictionary of each fold.

    Raises:
        ValueError: There are fewer than two folds, or some combination has fewer samples than there are folds.
    """
    results = []
    for number, (train_set, test_set) in enumerate(stratified_folds(dataset, folds, config.seed), start=1):
        results.append(run(config, train_set, test_set, device, progress=progress).metrics)
        accuracy = results[-1]["overall"]["combined_accuracy"]
        log(f"Fold {number}/{folds}:\n{format_evaluation(results[-1])}", {"epoch": number, "accuracy": accuracy})
    return results
