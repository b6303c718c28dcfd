"""The kinds of charts that the site uses. Error bars and bands are one standard deviation over the seeds."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from solutions.plots import TASK_COLOURS, lighten
from solutions.tasks import TASK_NAMES

from .data import mean, spread

SERIES = ("#0072B2", "#D55E00", "#009E73")  # apart in every common form of colour blindness, on white and on black
GREY = "#808080"

# A figure, what it says in words, and its caption.
Parts = tuple[Figure, str, str]


def bars(
    axis: Axes, experiment: str, settings: Sequence[str], measures: dict[str, tuple[str, str]], names: Sequence[str]
) -> None:
    """Draw a group of horizontal bars for each setting, from top to bottom.

    Args:
        axis: To draw on.
        experiment: Where the numbers are from.
        settings: One group each.
        measures: Measure to its name and its colour.
        names: What to call the settings.
    """
    height = 0.8 / len(measures)
    for number, (measure, (label, colour)) in enumerate(measures.items()):
        spreads = [spread(experiment, setting, measure) for setting in settings]
        middles = [row + (number - (len(measures) - 1) / 2) * height for row in range(len(settings))]
        axis.barh(
            middles,
            [s["mean"] for s in spreads],
            height * 0.92,
            xerr=[s["sd"] or 0 for s in spreads],
            color=colour,
            ecolor=GREY,
            capsize=2,
            label=label,
        )
    axis.set_yticks(range(len(settings)), names)
    axis.invert_yaxis()
    lighten(axis)


def line(axis: Axes, x: Sequence[float], measured: dict[str, Any], colour: str, label: str) -> None:
    """Draw means as a line, with a band of one standard deviation."""
    means, deviations = measured["mean"], measured["sd"]
    axis.plot(x, means, color=colour, marker="o", markersize=4, label=label)
    low = [m - s for m, s in zip(means, deviations, strict=True)]
    high = [m + s for m, s in zip(means, deviations, strict=True)]
    axis.fill_between(x, low, high, color=colour, alpha=0.2, linewidth=0)


def across(experiment: str, settings: Sequence[str], measure: str) -> dict[str, Any]:
    """Gather one measure of several settings, as if it were a list."""
    spreads = [spread(experiment, setting, measure) for setting in settings]
    return {key: [s[key] for s in spreads] for key in ("mean", "sd")}


def tasks() -> dict[str, tuple[str, str]]:
    """Name the two tasks' measures, for `bars`."""
    return {task: (TASK_NAMES[task], TASK_COLOURS[task]) for task in TASK_NAMES}


def said(experiment: str, settings: Sequence[str], measure: str, form: str = "z.2f") -> str:
    """Tell the means in words, for whoever does not see the figure."""
    return ", ".join(f"{setting} {mean(experiment, setting, measure):{form}}" for setting in settings)


def accuracy_and_loss(
    experiment: str, settings: Sequence[str], x: Sequence[float], height: float
) -> tuple[Figure, Any]:
    """Draw both tasks' accuracy and cross-entropy over a number that the settings differ in."""
    figure = Figure(figsize=(6.4, height), layout="constrained")
    axes = figure.subplots(1, 2)
    for axis, suffix, title in zip(axes, ("", "_loss"), ("Accuracy", "Cross-entropy"), strict=True):
        for task, colour in TASK_COLOURS.items():
            line(axis, x, across(experiment, settings, task + suffix), colour, TASK_NAMES[task])
        axis.set(title=title)
        lighten(axis)
    return figure, axes


def accuracies(experiment: str, settings: dict[str, str], caption: str) -> Parts:
    """Compare settings by both tasks' accuracy on the test set.

    Args:
        experiment: Where the numbers are from.
        settings: Those to draw, and what to call them.
        caption: Of the figure.
    """
    figure = Figure(figsize=(6.4, 1.4 + 0.45 * len(settings)), layout="constrained")
    axis = figure.subplots()
    bars(axis, experiment, list(settings), tasks(), list(settings.values()))
    axis.set(xlim=(0, 1), xlabel="accuracy on the test set")
    axis.axvline(0.5, color=GREY, linestyle=":")
    axis.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    told = "; ".join(
        f"{name}: task A {mean(experiment, setting, 'taskA'):.2f}, task B {mean(experiment, setting, 'taskB'):.2f}"
        for setting, name in settings.items()
    )
    return figure, f"Bars of accuracy. {told}.", f"{caption} The dotted line is chance."
