"""Figures: similarity heatmaps, training curves, confusion matrices and ROC curves."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from torch import Tensor

from .evaluator import EpochMetrics, Metrics, TaskMetrics, format_measure
from .tasks import TASK_NAMES, Task

# Two colours that remain apart in every common form of colour blindness (Okabe & Ito 2008).
TASK_COLOURS: dict[Task, str] = {"taskA": "#0072B2", "taskB": "#D55E00"}
LINE_STYLES = ("-", "--", "-.", (0, (1, 1)), (0, (5, 1, 1, 1, 1, 1)), (0, (8, 3)))
# More curves cannot be told apart, and more names fit neither side by side nor into a legend.
FEW_CLASSES = len(LINE_STYLES)
# A matrix of more rows is no larger, and drawn in colours alone.
MOST_ROWS_WITH_TEXTS = 30
# Of more rows, only some are named.
MOST_LABELS = 80
LONGEST_NAME = 32  # characters

BLUES = colormaps["Blues"].with_extremes(bad="#BBBBBB")  # what is not a number is no similarity of 0
RATES = np.linspace(0, 1, 1001)  # false positive rates at which curves are averaged

Curve = tuple[str, list[float], list[float]]  # the name, false and true positive rates


def similarity_heatmap(matrices: dict[str, Tensor], labels: Sequence[str], path: Path) -> None:
    """Draw similarity matrices side by side, in one colour scale.

    Args:
        matrices: Title to matrix, `(batch, batch)`.
        labels: Short names of the sentences.
        path: PNG file to write.

    Raises:
        ValueError: A matrix is empty, or has not a row and a column for every label.
    """
    draw_similarities(matrices, labels).savefig(path, dpi=150)


def draw_similarities(matrices: dict[str, Tensor], labels: Sequence[str]) -> Figure:
    """Draw what `similarity_heatmap` writes."""
    _check_similarities(matrices, len(labels))
    names = [_plain(label) for label in labels]
    side = _side(4.6, names)
    upright = _side_by_side(names, side)
    # The constrained layout cuts titles off where names are turned.
    figure = Figure(figsize=(1.2 + side * len(matrices), side), layout="constrained" if upright else "compressed")
    axes = figure.subplots(1, len(matrices), squeeze=False)[0]
    for axis, (title, matrix) in zip(axes, matrices.items(), strict=True):
        values = matrix.detach().cpu().double().numpy()
        image = axis.imshow(values, cmap=BLUES, vmin=0, vmax=1)
        _write_cells(axis, side, values, "{:z.2f}", threshold=0.6)
        axis.set_title(title)
        _name_rows(axis, names, upright=upright)
    figure.colorbar(image, ax=list(axes), label="cosine similarity", shrink=0.8)
    return figure


def _check_similarities(matrices: dict[str, Tensor], labels: int) -> None:
    for title, matrix in matrices.items():
        if labels == 0 or matrix.shape != (labels, labels):
            raise ValueError(
                f"the matrix {title!r} has shape {tuple(matrix.shape)} and there are {labels} labels: "
                "give a row, a column and a label for every sentence"
            )


def visualize_metrics(
    metrics: Metrics,
    folder: str | Path = ".graphs",
    history: Sequence[EpochMetrics] = (),
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
    figures = {
        "confusion_matrices.png": _confusion_matrices(metrics, class_names or {}),
        "roc_curves.png": _roc_curves(metrics, class_names or {}),
    }
    if history:
        figures["training_curves.png"] = _training_curves(history)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, figure in figures.items():
        figure.savefig(folder / name, dpi=150)
    return [folder / name for name in figures]


def _training_curves(history: Sequence[EpochMetrics]) -> Figure:
    figure = Figure(figsize=(15, 3.4), layout="constrained")
    loss_axis, *metric_axes = figure.subplots(1, 5)
    epochs = range(1, len(history) + 1)
    # It adds both tasks up as they are; training's own loss weighs them.
    held_out = [epoch["validation_loss"] for epoch in history if "validation_loss" in epoch]
    loss_axis.plot(epochs, [epoch["loss"] for epoch in history], marker="o", color="#333333", label="training")
    if len(held_out) == len(history):
        loss_axis.plot(epochs, held_out, marker="o", linestyle="--", color="#888888", label="validation, unweighted")
        loss_axis.legend(loc="best")
    loss_axis.set_title("Loss")
    for axis, metric in zip(metric_axes, ("accuracy", "precision", "recall", "f1"), strict=True):
        for task, colour in TASK_COLOURS.items():
            values = [epoch[task][metric] for epoch in history]  # type: ignore[literal-required]
            axis.plot(epochs, values, marker="o", color=colour, label=TASK_NAMES[task])
        axis.set_title("F1" if metric == "f1" else metric.capitalize())
        axis.set_ylim(0, 1.03)
    metric_axes[0].legend(loc="lower right")
    for axis in (loss_axis, *metric_axes):
        axis.set_xlabel("epoch")
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        lighten(axis)
    return figure


def _confusion_matrices(metrics: Metrics, class_names: Mapping[str, Sequence[str]]) -> Figure:
    names = {task: _names(task, len(_checked_matrix(metrics[task], task)), class_names) for task in TASK_NAMES}
    side = max(_side(4.4, names[task]) for task in TASK_NAMES)
    large = max(map(len, names.values())) > MOST_ROWS_WITH_TEXTS
    # The constrained layout cuts titles off where large squares meet colour bars.
    figure = Figure(figsize=(2 * side + 1, side), layout="compressed" if large else "constrained")
    for axis, task in zip(figure.subplots(1, 2), TASK_NAMES, strict=True):
        matrix = np.asarray(metrics[task]["confusion_matrix"])
        image = axis.imshow(matrix, cmap=BLUES, vmin=0, vmax=matrix.max())
        _write_cells(axis, side, matrix, "{}", threshold=0.6 * matrix.max())
        if not axis.texts:
            figure.colorbar(image, ax=axis, label="sentences", shrink=0.8)
        few = len(names[task]) <= FEW_CLASSES and _side_by_side(names[task], side)
        _name_rows(axis, names[task], upright=few, rotation=90 if few else 0, va="center")
        axis.set_title(TASK_NAMES[task])
        axis.set_xlabel("predicted class")
        axis.set_ylabel("true class")
    return figure


def _checked_matrix(measured: TaskMetrics, task: str) -> Sequence[Sequence[int]]:
    matrix = measured["confusion_matrix"]
    columns = sorted({len(row) for row in matrix})
    if columns != [len(matrix)]:
        raise ValueError(
            f"metrics[{task!r}]['confusion_matrix'] has {len(matrix)} rows of {columns} columns: "
            "give it a row and a column for every class"
        )
    return matrix


def _roc_curves(metrics: Metrics, class_names: Mapping[str, Sequence[str]]) -> Figure:
    figure = Figure(figsize=(10, 5.1), layout="constrained")
    for axis, task in zip(figure.subplots(1, 2), TASK_NAMES, strict=True):
        axis.plot([0, 1], [0, 1], color="#999999", linestyle=":", label="chance")
        curves = _curves(task, metrics[task], class_names)
        few = len(curves) <= FEW_CLASSES
        (_draw_each if few else _draw_average)(axis, curves, TASK_COLOURS[task])
        axis.set_title(f"{TASK_NAMES[task]}: AUC {format_measure(metrics[task]['auc'])}")
        axis.set(xlabel="false positive rate", ylabel="true positive rate", xlim=(0, 1), ylim=(0, 1))
        axis.set_box_aspect(1)
        # Left to itself, a legend skips names that begin with _.
        axis.legend(handles=axis.lines, loc="lower right", fontsize="medium" if few else "small")
        lighten(axis)
    return figure


def _curves(task: str, measured: TaskMetrics, class_names: Mapping[str, Sequence[str]]) -> list[Curve]:
    """List the curves of one task: its `fpr` and `tpr` map each class that has a curve, an index, to a list."""
    fpr, tpr = _by_class(measured["fpr"]), _by_class(measured["tpr"])
    classes = len(measured["confusion_matrix"])
    names = _names(task, classes, class_names) if task in class_names else [f"class {c}" for c in range(classes)]
    if classes == 2 and len(fpr) == 1:
        names = ["model"] * 2  # class 1's curve tells all: class 0's is the same, seen from the other corner
    return [(names[int(c)], fpr[c], tpr[c]) for c in fpr if len(fpr[c])]


def _by_class(rates: Any) -> Mapping[int, list[float]]:
    # For two classes there is one curve, class 1's: it may also come as a plain list, empty if there is none.
    return rates if isinstance(rates, Mapping) else {1: rates} if len(rates) else {}


def _draw_each(axis: Axes, curves: list[Curve], colour: str) -> None:
    for (name, fpr, tpr), style in zip(curves, LINE_STYLES, strict=False):
        axis.plot(fpr, tpr, color=colour, linestyle=style, linewidth=2, label=name, clip_on=False)


def _draw_average(axis: Axes, curves: list[Curve], colour: str) -> None:
    """Draw the mean of the curves (the macro-average, Fawcett 2006), and the best and the worst class."""
    rates = np.array([np.interp(RATES, fpr, tpr) for _, fpr, tpr in curves])  # (classes, points)
    rates[:, 0] = 0  # a curve may rise at once, but it starts in the corner
    axis.fill_between(RATES, rates.min(axis=0), rates.max(axis=0), color=colour, alpha=0.12, linewidth=0)
    mean = f"average of {len(curves)} classes"
    axis.plot(RATES, rates.mean(axis=0), color=colour, linewidth=2.5, label=mean, clip_on=False)
    ranked = sorted(curves, key=_area)
    for curve, which, style in ((ranked[-1], "best", "--"), (ranked[0], "worst", "-.")):
        name, fpr, tpr = curve
        label = f"{which}: {name}, AUC {format_measure(_area(curve))}"
        axis.plot(fpr, tpr, color=colour, linestyle=style, linewidth=1.2, label=label, clip_on=False)


def _area(curve: Curve) -> float:
    _, fpr, tpr = curve
    return float(np.trapezoid(tpr, fpr))


def _names(task: str, classes: int, class_names: Mapping[str, Sequence[str]]) -> list[str]:
    """Name a task's classes, by their indices if they have no names."""
    names = [_plain(name) for name in class_names.get(task, range(classes))]
    if len(names) != classes:
        raise ValueError(f"class_names[{task!r}] has {len(names)} names for {classes} classes: give a name for each")
    return names


def _plain(name: object) -> str:
    """Write a name in one short line, without formulas and characters that the font lacks."""
    line = " ".join(str(name).split())
    if len(line) > LONGEST_NAME:  # names of many classes often begin alike
        line = line[: LONGEST_NAME // 2] + "…" + line[1 - LONGEST_NAME // 2 :]
    font = get_font(findfont(FontProperties()))
    drawn = "".join(letter if font.get_char_index(ord(letter)) else "□" for letter in line)
    return drawn.replace("$", r"\$")  # between dollar signs matplotlib would read a formula


def _side(least: float, names: Sequence[str]) -> float:
    """Say how many inches a matrix needs with a row for each name: never more than so many, however many rows."""
    longest = max(map(len, names))
    rows = 0.35 * min(len(names), MOST_ROWS_WITH_TEXTS)
    return max(least, rows) + (0.085 * longest if longest > 16 else 0)


def _side_by_side(names: Sequence[str], side: float) -> bool:
    """Tell whether every name fits below its own column, with a blank between two names."""
    return len(names) * (1 + max(map(len, names))) <= 10 * side


def _name_rows(axis: Axes, names: Sequence[str], upright: bool, **options: Any) -> None:
    """Name rows and columns, or as many of them as can be read; the options are those of the names at the rows."""
    shown = range(0, len(names), -(-len(names) // MOST_LABELS))
    labels = [names[row] for row in shown]
    size = min(10, 560 / len(shown))  # points
    axis.set_xticks(shown, labels, rotation=0 if upright else 90, fontsize=size)
    axis.set_yticks(shown, labels, fontsize=size, **options)


def _write_cells(axis: Axes, side: float, matrix: NDArray[Any], form: str, threshold: float) -> None:
    if len(matrix) > MOST_ROWS_WITH_TEXTS:
        return
    longest = max(len(form.format(value)) for value in matrix.ravel())
    size = min(10, 90 * side / (len(matrix) * longest))  # points
    for (row, column), value in np.ndenumerate(matrix):
        colour = "white" if value > threshold else "black"
        axis.text(column, row, form.format(value), ha="center", va="center", color=colour, fontsize=size)


def lighten(axis: Axes) -> None:
    """Give a chart a faint grid, and no frame above and at the right."""
    axis.grid(alpha=0.25)
    axis.spines[["top", "right"]].set_visible(False)
