"""How good the predictions are: the metrics dictionary, with ROC curves for two and for more classes."""

from collections.abc import Iterable
from math import isnan, nan
from typing import NotRequired, TypedDict

import torch
from sklearn.metrics import accuracy_score, auc, confusion_matrix, precision_recall_fscore_support, roc_curve
from torch import Tensor

from .dataset import Batch
from .encoder import inference
from .multitask import MultiTaskOutput, MultiTaskSentenceTransformer
from .tasks import TASK_NAMES, UNLABELLED, Task


class ClassMetrics(TypedDict):
    """How many sentences were put into their class: shares, NaN where there is no sentence.

    `confusion_matrix` has a row (true class) and a column (predicted class) of counts for every class.
    """

    accuracy: float
    precision: float
    recall: float
    f1: float
    confusion_matrix: list[list[int]]


class RocMetrics(TypedDict):
    """How well the scores rank the classes: `auc`, None without a curve, and the curves' points from 0 to 1.

    `fpr` and `tpr` have an entry for each class that has a curve; of two classes that is class 1 alone.
    """

    auc: float | None
    fpr: dict[int, list[float]]
    tpr: dict[int, list[float]]


class TaskMetrics(ClassMetrics, RocMetrics):
    """All that is measured of one task."""


class OverallMetrics(TypedDict):
    """The accuracies of both tasks, and their mean."""

    taskA_accuracy: float
    taskB_accuracy: float
    combined_accuracy: float


class EpochMetrics(TypedDict):
    """What training measures in one epoch, while the weights move.

    The mean loss over the sentences, what was measured of each task and, if they are learned, the loss weights of task
    A and B at the epoch's end; with a validation set, the loss that the weights have on it by then.
    """

    loss: float
    taskA: ClassMetrics
    taskB: ClassMetrics
    loss_weights: NotRequired[list[float]]
    validation_loss: NotRequired[float]


class Metrics(TypedDict):
    """The metrics dictionary."""

    overall: OverallMetrics
    taskA: TaskMetrics
    taskB: TaskMetrics


def task_metrics(labels: Tensor, logits: Tensor) -> ClassMetrics:
    """Measure one task's predictions.

    Precision, recall and F1 are averaged over the classes, weighted by how often each class occurs; a class that
    is never predicted has precision 0.

    Args:
        labels: `(batch,)`, the true classes.
        logits: `(batch, classes)`, of any floating-point type.

    Returns:
        `accuracy`, `precision`, `recall`, `f1`, and `confusion_matrix`: lists of counts, with a row (true class) and a
        column (predicted class) for every class. Of no sentence at all, the first four are NaN.

    Raises:
        ValueError: A logit is not a number, or infinite.
    """
    # TODO 4.9 measure one task's predictions
    raise NotImplementedError("exercise 4.9: task_metrics")


def roc(labels: Tensor, logits: Tensor) -> RocMetrics:
    """Measure how well one task's scores rank the classes, whatever the threshold.

    Two classes: one curve, class 1 against class 0. More classes: one curve for each class against the rest, and
    `auc` is their plain average. A class that all labels or none belong to has no curve. The scores are the softmax's
    probabilities in double precision.

    Args:
        labels: `(batch,)`, the true classes.
        logits: `(batch, classes)`, of any floating-point type.

    Returns:
        `auc` (None without a curve), and the curves' `fpr` and `tpr`, from 0 to 1: dictionaries from each class that
        has a curve to a list. Of two classes only class 1 can have one.

    Raises:
        ValueError: A logit is not a number, or infinite.
    """
    # TODO 4.10 draw the ROC curve and its area
    raise NotImplementedError("exercise 4.10: roc")


def _nothing_measured(classes: int) -> ClassMetrics:
    return {"accuracy": nan, "precision": nan, "recall": nan, "f1": nan, "confusion_matrix": [[0] * classes] * classes}


def _measurable(labels: Tensor, logits: Tensor) -> tuple[Tensor, Tensor]:
    """Take labels and logits from wherever they are; of what is not a number there is nothing to measure."""
    broken = ~logits.isfinite().all(dim=-1)
    if broken.any():
        row = int(broken.nonzero()[0])
        raise ValueError(
            f"the logits of sentence {row} are {logits[row].tolist()}: the model diverged; train it in smaller steps"
        )
    return labels.detach().cpu(), logits.detach().cpu()


def labels_and_logits(scored: Iterable[tuple[Batch, MultiTaskOutput]]) -> dict[Task, tuple[Tensor, Tensor]]:
    """Join what was predicted batch by batch, and keep nothing else of it.

    Returns:
        For `taskA` and `taskB`: the labels `(batch,)` and the logits `(batch, classes)` of all sentences that have a
        label of the task, on the CPU.

    Raises:
        ValueError: There is no batch.
    """
    kept = [(batch.labels.map(Tensor.cpu), output.logits.map(Tensor.cpu)) for batch, output in scored]
    if not kept:
        raise ValueError("there are no sentences to evaluate")
    joined: dict[Task, tuple[Tensor, Tensor]] = {}
    for index, task in enumerate(TASK_NAMES):
        labels = torch.cat([labels[index] for labels, _ in kept])
        logits = torch.cat([logits[index] for _, logits in kept])
        labelled = labels != UNLABELLED
        joined[task] = labels[labelled], logits[labelled]
    return joined


def evaluate(model: MultiTaskSentenceTransformer, batches: Iterable[Batch]) -> Metrics:
    """Measure a model on labelled batches, in eval mode and without gradients; every module keeps the mode that it had.

    Args:
        model: The model.
        batches: Read once, so a generator will do.

    Returns:
        `overall` (`taskA_accuracy`, `taskB_accuracy` and their mean, `combined_accuracy`), and for `taskA` and `taskB`
        all of `task_metrics` and `roc`.

    Raises:
        ValueError: There is no batch.
    """
    # TODO 4.11 evaluate a model
    raise NotImplementedError("exercise 4.11: evaluate")


def format_evaluation(metrics: Metrics) -> str:
    """Lay the metrics dictionary out as the report that ends a training run."""
    lines = []
    for task, name in TASK_NAMES.items():
        lines.append(f"{name} - {format_measures(metrics[task], ('Accuracy', 'Precision', 'Recall', 'F1'))}")
        lines.append(f"{name} - AUC: {format_measure(metrics[task]['auc'])}")
    lines.append(f"Combined Accuracy: {format_measure(metrics['overall']['combined_accuracy'])}")
    return "\n".join(lines)


def format_measures(task: ClassMetrics, names: Iterable[str]) -> str:
    """Write accuracy, precision, recall and F1 in one line, under these names."""
    values = (task["accuracy"], task["precision"], task["recall"], task["f1"])
    return ", ".join(f"{name}: {format_measure(value)}" for name, value in zip(names, values, strict=True))


def format_measure(value: float | None) -> str:
    """Write a measure with four decimals, or say that there was nothing to measure."""
    return "undefined" if value is None or isnan(value) else f"{value:.4f}"
