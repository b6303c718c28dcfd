"""Figures: similarity heatmaps, training curves, confusion matrices and ROC curves."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from .evaluator import format_measure

# Two colours that remain apart in every common form of colour blindness (Okabe & Ito 2008).
TASK_COLOURS = {"taskA": "#0072B2", "taskB": "#D55E00"}
TASK_NAMES = {"taskA": "Task A", "taskB": "Task B"}
# More names than this fit neither side by side nor into a legend.
FEW_CLASSES = 6

LINE_STYLES = ("-", "--", "-.", (0, (1, 1)), (0, (5, 1, 1, 1, 1, 1)), (0, (8, 3)))


def similarity_heatmap(matrices: dict[str, Tensor], labels: Sequence[str], path: Path) -> None:
    """Draw similarity matrices side by side, in one colour scale.

    Args:
        matrices: Title to matrix, `(batch, batch)`.
        labels: Short names of the sentences.
        path: PNG file to write.
    """
    draw_similarities(matrices, labels).savefig(path, dpi=150)


def draw_similarities(matrices: dict[str, Tensor], labels: Sequence[str]) -> Figure:
    """Draw what `similarity_heatmap` writes."""
    figure = Figure(figsize=(1.2 + 4.6 * len(matrices), 4.6), layout="constrained")
    axes = figure.subplots(1, len(matrices), squeeze=False)[0]
    for axis, (title, matrix) in zip(axes, matrices.items(), strict=True):
        image = axis.imshow(matrix.tolist(), cmap="Blues", vmin=0, vmax=1)
        _write_cells(axis, matrix.tolist(), "{:z.2f}", threshold=0.6)
        axis.set_title(title)
        axis.set_xticks(range(len(labels)), labels)
        axis.set_yticks(range(len(labels)), labels)
    figure.colorbar(image, ax=list(axes), label="cosine similarity", shrink=0.8)
    return figure


def visualize_metrics(
    metrics: dict[str, Any],
    folder: str | Path = ".graphs",
    history: Sequence[dict[str, Any]] = (),
    class_names: Mapping[str, Sequence[str]] | None = None,
) -> list[Path]:
    """Draw a metrics dictionary and, if there is one, the history of the training that led to it.

    Args:
        metrics: From `evaluate`.
        folder: Where the figures go; it is made if it is missing.
        history: From `train`.
        class_names: Class names for `taskA` and `taskB`; their indices if missing.

    Returns:
        The PNG files written: `confusion_matrices.png`, `roc_curves.png` and, with a history, `training_curves.png`.
    """
    # TODO 4.12 draw the figures
    raise NotImplementedError("exercise 4.12: visualize_metrics")


def _training_curves(history: Sequence[dict[str, Any]]) -> Figure:
    figure = Figure(figsize=(15, 3.4), layout="constrained")
    loss_axis, *metric_axes = figure.subplots(1, 5)
    epochs = range(1, len(history) + 1)
    loss_axis.plot(epochs, [epoch["loss"] for epoch in history], marker="o", color="#333333")
    loss_axis.set_title("Loss")
    for axis, metric in zip(metric_axes, ("accuracy", "precision", "recall", "f1"), strict=True):
        for task, colour in TASK_COLOURS.items():
            values = [epoch[task][metric] for epoch in history]
            axis.plot(epochs, values, marker="o", color=colour, label=TASK_NAMES[task])
        axis.set_title("F1" if metric == "f1" else metric.capitalize())
        axis.set_ylim(0, 1.03)
    metric_axes[0].legend(loc="lower right")
    for axis in (loss_axis, *metric_axes):
        axis.set_xlabel("epoch")
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        lighten(axis)
    return figure


def _confusion_matrices(metrics: dict[str, Any], class_names: Mapping[str, Sequence[str]]) -> Figure:
    side = max(4.4, *(0.35 * len(metrics[task]["confusion_matrix"]) for task in TASK_NAMES))
    figure = Figure(figsize=(2 * side + 1, side), layout="constrained")
    for axis, task in zip(figure.subplots(1, 2), TASK_NAMES, strict=True):
        matrix = metrics[task]["confusion_matrix"]
        largest = max(max(row) for row in matrix)
        axis.imshow(matrix, cmap="Blues", vmin=0, vmax=largest)
        _write_cells(axis, matrix, "{}", threshold=0.6 * largest)
        names = [_plain(str(name)) for name in class_names.get(task, range(len(matrix)))]
        few = len(names) <= FEW_CLASSES
        axis.set_xticks(range(len(names)), names, rotation=0 if few else 90)
        axis.set_yticks(range(len(names)), names, rotation=90 if few else 0, va="center")
        axis.set_title(TASK_NAMES[task])
        axis.set_xlabel("predicted class")
        axis.set_ylabel("true class")
    return figure


def _roc_curves(metrics: dict[str, Any], class_names: Mapping[str, Sequence[str]]) -> Figure:
    figure = Figure(figsize=(10, 5.1), layout="constrained")
    for axis, task in zip(figure.subplots(1, 2), TASK_NAMES, strict=True):
        axis.plot([0, 1], [0, 1], color="#999999", linestyle=":", label="chance")
        for index, (label, fpr, tpr) in enumerate(_curves(metrics[task], class_names.get(task))):
            style = LINE_STYLES[index % len(LINE_STYLES)]
            axis.plot(fpr, tpr, color=TASK_COLOURS[task], linestyle=style, linewidth=2, label=label, clip_on=False)
        axis.set_title(f"{TASK_NAMES[task]}: AUC {format_measure(metrics[task]['auc'])}")
        axis.set(xlabel="false positive rate", ylabel="true positive rate", xlim=(0, 1), ylim=(0, 1))
        axis.set_box_aspect(1)
        if len(axis.lines) - 1 <= FEW_CLASSES:  # one line is chance
            axis.legend(loc="lower right")
        lighten(axis)
    return figure


def _curves(task: dict[str, Any], names: Sequence[str] | None) -> list[tuple[str, list[float], list[float]]]:
    """List the curves of one task: a single one for two classes, one per class for more."""
    if isinstance(task["fpr"], dict):
        return [(_plain(names[int(c)]) if names else f"class {c}", task["fpr"][c], task["tpr"][c]) for c in task["fpr"]]
    return [("model", task["fpr"], task["tpr"])] if task["fpr"] else []


def _plain(name: str) -> str:
    """Keep matplotlib from reading a name with dollar signs as a formula."""
    return name.replace("$", r"\$")


def _write_cells(axis: Axes, matrix: list[list[float]], form: str, threshold: float) -> None:
    for row, values in enumerate(matrix):
        for column, value in enumerate(values):
            colour = "white" if value > threshold else "black"
            axis.text(column, row, form.format(value), ha="center", va="center", color=colour)


def lighten(axis: Axes) -> None:
    """Give a chart a faint grid, and no frame above and at the right."""
    axis.grid(alpha=0.25)
    axis.spines[["top", "right"]].set_visible(False)
