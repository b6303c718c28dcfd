"""The figures of the page on real sentences. Bands and bars are 95 % intervals over reviews, means of all seeds."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from solutions.plots import lighten
from solutions.tasks import TASK_NAMES

from .charts import GREY, SERIES, Parts, said
from .data import load, mean


def real_sizes() -> Parts:
    """Draw both ways to learn over the number of sentences, with what one rater does."""
    settings = load("real_sizes")["settings"]
    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    for axis, (task, title) in zip(axes, TASK_NAMES.items(), strict=True):
        for way, colour in zip(("bag of words", "backbone frozen"), (SERIES[1], SERIES[0]), strict=True):
            names = [name for name, options in settings.items() if options["way"] == way]
            _band(axis, [settings[name]["size"] for name in names], "real_sizes", names, task, colour, way)
        axis.axhline(0.5, color=GREY, linestyle=":", label="most frequent class")
        axis.set(title=title, xscale="log", xlabel="training sentences", ylim=(0.45, 1.02))
        lighten(axis)
    people = (mean("raters", "technology", "accuracy") + mean("raters", "entertainment", "accuracy")) / 2
    axes[1].axhline(people, color=SERIES[2], linestyle="--", label="one rater")
    axes[0].set_ylabel("accuracy")
    figure.legend(*axes[1].get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=10)
    return (
        figure,
        f"Accuracy over the number of training sentences. Task B: {said('real_sizes', list(settings), 'taskB')}. "
        f"Task A: {said('real_sizes', list(settings), 'taskA')}. One rater on task B: {people:.2f}.",
        "Test sentences of other reviews. Bands are 95 % intervals over reviews. One rater: what a single person "
        "answers where the others have a mood; a neutral answer counts as half right.",
    )


def few_labels() -> Parts:
    """Compare the ways to train where task B has few labels."""
    settings = list(load("few_labels")["settings"])
    figure = Figure(figsize=(6.4, 2.8), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    for axis, (task, title), colour in zip(axes, TASK_NAMES.items(), SERIES, strict=False):
        for row, setting in enumerate(settings):
            middle, low, high = (mean("few_labels", setting, f"{task}{end}") for end in ("", "_low", "_high"))
            axis.errorbar([middle], [row], xerr=[[middle - low], [high - middle]], color=colour, marker="o", capsize=2)
        axis.set(title=title, xlabel="accuracy")
        lighten(axis)
    axes[0].set_yticks(range(len(settings)), settings)
    axes[0].invert_yaxis()
    return (
        figure,
        f"Accuracy with few labels of task B. Task B: {said('few_labels', settings, 'taskB')}. Task A: "
        f"{said('few_labels', settings, 'taskA')}.",
        "Frozen backbone; every training sentence has a label of task A, one of twenty has one of task B. Bars are "
        "95 % intervals over reviews.",
    )


def _band(
    axis: Axes, x: list[int], experiment: str, settings: list[str], measure: str, colour: str, label: str
) -> None:
    middles, lows, highs = (
        [mean(experiment, setting, f"{measure}{end}") for setting in settings] for end in ("", "_low", "_high")
    )
    axis.plot(x, middles, color=colour, marker="o", markersize=4, label=label)
    axis.fill_between(x, lows, highs, color=colour, alpha=0.2, linewidth=0)
