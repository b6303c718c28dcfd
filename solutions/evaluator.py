"""How good the predictions are: the metrics dictionary, with ROC curves for two and for more classes."""

from collections.abc import Iterable
from typing import Any

import torch
from sklearn.metrics import accuracy_score, auc, confusion_matrix, precision_recall_fscore_support, roc_curve
from torch import Tensor

from .dataset import Batch
from .encoder import inference
from .multitask import MultiTaskOutput, MultiTaskSentenceTransformer

Metrics = dict[str, Any]


def task_metrics(labels: Tensor, logits: Tensor) -> Metrics:
    """Measure one task's predictions.

    Precision, recall and F1 are averaged over the classes, weighted by how often each class occurs; a class that
    is never predicted has precision 0.

    Args:
        labels: `(batch,)`, the true classes.
        logits: `(batch, classes)`, of any floating-point type.

    Returns:
        `accuracy`, `precision`, `recall`, `f1`, and `confusion_matrix`: lists of counts, with a row (true class) and a
        column (predicted class) for every class.
    """
    predictions = logits.argmax(dim=-1)
    precision, recall, f1, _ = precision_recall_fscore_support(labels, predictions, average="weighted", zero_division=0)
    return {
        "accuracy": float(accuracy_score(labels, predictions)),
        "precision": float(precision),
        "recall": float(recall),
        "f1": float(f1),
        "confusion_matrix": confusion_matrix(labels, predictions, labels=range(logits.shape[-1])).tolist(),
    }


def roc(labels: Tensor, logits: Tensor) -> Metrics:
    """Measure how well one task's scores rank the classes, whatever the threshold.

    Two classes: one curve, class 1 against class 0. More classes: one curve for each class against the rest, and
    `auc` is their plain average. A class that all labels or none belong to has no curve. The scores are the softmax's
    probabilities in double precision.

    Args:
        labels: `(batch,)`, the true classes.
        logits: `(batch, classes)`, of any floating-point type.

    Returns:
        `auc` (None without a curve), and the curves' `fpr` and `tpr`, from 0 to 1: lists for two classes (empty without
        a curve), and for more a dictionary from each class that has a curve to its list.
    """
    # In lower precision the probabilities of a confident model round to 1 and tie, and ties bend the curve.
    probabilities = logits.cpu().double().softmax(dim=-1)  # (batch, classes)
    binary = logits.shape[-1] == 2
    fpr: dict[int, list[float]] = {}
    tpr: dict[int, list[float]] = {}
    areas = []
    for positive in [1] if binary else range(logits.shape[-1]):
        belongs = labels.cpu() == positive
        if belongs.any() and not belongs.all():
            false_positives, true_positives, _ = roc_curve(belongs, probabilities[:, positive])
            fpr[positive], tpr[positive] = false_positives.tolist(), true_positives.tolist()
            areas.append(float(auc(false_positives, true_positives)))
    return {
        "auc": sum(areas) / len(areas) if areas else None,
        "fpr": fpr.get(1, []) if binary else fpr,
        "tpr": tpr.get(1, []) if binary else tpr,
    }


def labels_and_logits(scored: Iterable[tuple[Batch, MultiTaskOutput]]) -> dict[str, tuple[Tensor, Tensor]]:
    """Join what was predicted batch by batch, and keep nothing else of it.

    Returns:
        For `taskA` and `taskB`: the labels `(batch,)` and the logits `(batch, classes)` of all sentences, on the CPU.

    Raises:
        ValueError: There is no batch.
    """
    pairs = [
        (batch.taskA_labels.cpu(), output.taskA_logits.cpu(), batch.taskB_labels.cpu(), output.taskB_logits.cpu())
        for batch, output in scored
    ]
    if not pairs:
        raise ValueError("there are no sentences to evaluate")
    labels_a, logits_a, labels_b, logits_b = (torch.cat(column) for column in zip(*pairs, strict=True))
    return {"taskA": (labels_a, logits_a), "taskB": (labels_b, logits_b)}


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
    with inference(model):
        predictions = labels_and_logits((batch, model(**batch.to(model.device).inputs)) for batch in batches)
    tasks = {task: {**task_metrics(*pair), **roc(*pair)} for task, pair in predictions.items()}
    accuracy_a, accuracy_b = tasks["taskA"]["accuracy"], tasks["taskB"]["accuracy"]
    overall = {
        "taskA_accuracy": accuracy_a,
        "taskB_accuracy": accuracy_b,
        "combined_accuracy": (accuracy_a + accuracy_b) / 2,
    }
    return {"overall": overall, **tasks}


def format_evaluation(metrics: Metrics) -> str:
    """Lay the metrics dictionary out as the report that ends a training run."""
    lines = []
    for name, task in (("Task A", metrics["taskA"]), ("Task B", metrics["taskB"])):
        lines.append(
            f"{name} - Accuracy: {task['accuracy']:.4f}, Precision: {task['precision']:.4f}, "
            f"Recall: {task['recall']:.4f}, F1: {task['f1']:.4f}"
        )
        lines.append(f"{name} - AUC: {format_auc(task['auc'])}")
    lines.append(f"Combined Accuracy: {metrics['overall']['combined_accuracy']:.4f}")
    return "\n".join(lines)


def format_auc(auc: float | None) -> str:
    """Write an AUC with four decimals, or say that there is none."""
    return "undefined" if auc is None else f"{auc:.4f}"
