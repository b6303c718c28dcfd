"""The figures of real reviews. Intervals are 95 % over reviews, means of all seeds, unless a caption says otherwise."""

from itertools import product
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from solutions.plots import lighten
from solutions.tasks import TASK_NAMES

from .charts import GREY, SERIES, Parts, bars, line, said
from .data import load, mean, spread


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
    people = _one_rater()
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


def real_models() -> Parts:
    """Compare all models, from the most frequent class to a backbone that was trained."""
    rows = [
        *(("real_models", setting, setting) for setting in load("real_models")["settings"]),
        *(("real_fine_tuning", setting, f"MiniLM, {setting}") for setting in load("real_fine_tuning")["settings"]),
    ]
    figure, axes = _intervals(rows)
    axes[1].axvline(_one_rater(), color=SERIES[2], linestyle="--", label="one rater")
    figure.legend(*axes[1].get_legend_handles_labels(), loc="outside lower center", fontsize=10)
    return (
        figure,
        f"Accuracies with their intervals. {_told(rows)} One rater on task B: {_one_rater():.2f}.",
        "2,400 sentences to learn from, 1,920 of other reviews to be tested on. Bars are 95 % intervals over reviews.",
    )


def few_labels() -> Parts:
    """Compare the ways to train where task B has few labels."""
    rows = [("few_labels", setting, setting) for setting in load("few_labels")["settings"]]
    return (
        _intervals(rows)[0],
        f"Accuracy with few labels of task B. {_told(rows)}",
        "Frozen backbone; every training sentence has a label of task A, one of twenty has one of task B. Bars are "
        "95 % intervals over reviews.",
    )


def reliability() -> Parts:
    """Draw how often two models are right over how sure they are, before and after temperature scaling."""
    models = {("real_models", "MiniLM frozen"): "backbone frozen", ("real_fine_tuning", "all layers"): "all layers"}
    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    told = []
    for axis, ((experiment, setting), name) in zip(axes, models.items(), strict=True):
        axis.plot([0.5, 1], [0.5, 1], color=GREY, linestyle=":", label="as sure as right")
        for when, colour in zip(("before", "after"), (SERIES[1], SERIES[0]), strict=True):
            bins = mean(experiment, setting, f"reliability_{when}")  # (bins, sentences confidence accuracy)
            _, confidences, accuracies = zip(*bins, strict=True)
            axis.plot(confidences, accuracies, color=colour, marker="o", markersize=5, label=f"{when} scaling")
            told.append(f"{name} {when}: {mean(experiment, setting, f'ece_{when}'):.3f}")
        axis.set(title=name, xlabel="confidence", xlim=(0.5, 1.01), ylim=(0.45, 1.01))
        lighten(axis)
    axes[0].set_ylabel("accuracy")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=10)
    return (
        figure,
        f"Two reliability diagrams of task B. Expected calibration error, {', '.join(told)}.",
        "Task B: sentences by how sure the model is, and how many of them are right. Below the dotted line a model is "
        "too sure of itself.",
    )


def confusion() -> Parts:
    """Show what is taken for what."""
    shares = mean("real_models", "MiniLM frozen", "confusion")
    names = [f"{topic} {mood}" for topic in ("technology", "film") for mood in ("negative", "positive")]
    figure = Figure(figsize=(5.2, 4.2), layout="constrained")
    axis = figure.subplots()
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in product(range(4), repeat=2):
        share = shares[row][column]
        axis.text(column, row, f"{share:.2f}", ha="center", va="center", color="white" if share > 0.5 else "black")
    ticks = [name.replace(" ", "\n") for name in names]
    axis.set_xticks(range(4), ticks, fontsize=9)
    axis.set_yticks(range(4), ticks, fontsize=9)
    axis.set(xlabel="what the model says", ylabel="what the sentence is")
    right = ", ".join(f"{name} {shares[row][row]:.2f}" for row, name in enumerate(names))
    return (
        figure,
        f"A confusion matrix of both tasks. Shares that are right: {right}.",
        "Shares of each row, both tasks at once, heads on the frozen MiniLM.",
    )


def probes() -> Parts:
    """Follow topic, mood and length through the layers of both backbones."""
    measures = {"taskA": "topic, accuracy", "taskB": "mood, accuracy", "length": "length, R²"}
    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    told = []
    for axis, setting in zip(axes, load("probes")["settings"], strict=True):
        for (measure, label), colour in zip(measures.items(), SERIES, strict=True):
            measured = spread("probes", setting, measure)
            line(axis, range(len(measured["mean"])), measured, colour, label)
            told.append(f"{setting}, {label}: {', '.join(f'{value:z.2f}' for value in measured['mean'])}")
        axis.set(title=setting, xlabel="layer; 0 are the embeddings", ylim=(0.4, 1.02))
        lighten(axis)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=10)
    return (
        figure,
        f"What a linear model reads from each layer. {'; '.join(told)}.",
        "A linear model on the mean over the tokens at each depth, tested on sentences of other reviews. Bands are one "
        "standard deviation over the seeds.",
    )


def sharing() -> Parts:
    """Compare a task that is trained alone with both together, with and without noise."""
    kinds = {"": "clean", "_typos": "typing errors", "_missing": "words missing"}
    figure = Figure(figsize=(6.4, 3.0), layout="constrained")
    axes = figure.subplots(1, 2)
    told = []
    for axis, (task, title) in zip(axes, TASK_NAMES.items(), strict=True):
        ways = ["backbone trained, together", f"backbone trained, task {task[-1]} alone"]
        measures = {task + end: (kind, colour) for (end, kind), colour in zip(kinds.items(), SERIES, strict=True)}
        bars(axis, "real_sharing", ways, measures, ["together", "alone"])
        axis.set(title=title, xlabel="accuracy", xlim=(0.5, 1))
        told += [f"{title}, {kind}: {said('real_sharing', ways, task + end)}" for end, kind in kinds.items()]
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=10)
    return (
        figure,
        f"Bars of accuracy. {'; '.join(told)}.",
        "Every layer trains, on 480 sentences. Noise: three of ten longer words have two neighbouring letters "
        "swapped, or three of ten words are left out. Whiskers are one standard deviation over the seeds.",
    )


def trained_head() -> Parts:
    """Compare both tasks before and after training went on with head A frozen."""
    settings = list(load("trained_head")["settings"])
    figure = Figure(figsize=(6.4, 3.4), layout="constrained")
    axes = figure.subplots(1, 2)
    for axis, (task, title) in zip(axes, TASK_NAMES.items(), strict=True):
        measures = {f"{task}_before": ("before", GREY), f"{task}_after": ("after", SERIES[0])}
        bars(axis, "trained_head", settings, measures, settings if task == "taskA" else [""] * len(settings))
        axis.set(title=title, xlabel="accuracy", xlim=(0.5, 1))
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=10)
    return (
        figure,
        f"Bars of accuracy. Task A before: {said('trained_head', settings, 'taskA_before')}; after: "
        f"{said('trained_head', settings, 'taskA_after')}. "
        f"Task B after: {said('trained_head', settings, 'taskB_after')}.",
        "Both heads are trained on real reviews, then head A is frozen and the rest goes on. Whiskers are one standard "
        "deviation over the seeds.",
    )


def _intervals(rows: list[tuple[str, str, str]]) -> tuple[Figure, Any]:
    """Draw both tasks' accuracies with their intervals: a row for an experiment's setting, and its name."""
    figure = Figure(figsize=(6.4, 1.3 + 0.3 * len(rows)), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    for axis, (task, title), colour in zip(axes, TASK_NAMES.items(), SERIES, strict=False):
        for row, (experiment, setting, _) in enumerate(rows):
            middle, low, high = (mean(experiment, setting, f"{task}{end}") for end in ("", "_low", "_high"))
            axis.errorbar([middle], [row], xerr=[[middle - low], [high - middle]], color=colour, marker="o", capsize=2)
        axis.set(title=title, xlabel="accuracy")
        lighten(axis)
    axes[0].set_yticks(range(len(rows)), [name for *_, name in rows])
    axes[0].invert_yaxis()
    return figure, axes


def _told(rows: list[tuple[str, str, str]]) -> str:
    """Tell both tasks' accuracies in words."""
    return " ".join(
        f"{title}: {', '.join(f'{name} {mean(experiment, setting, task):.2f}' for experiment, setting, name in rows)}."
        for task, title in TASK_NAMES.items()
    )


def _one_rater() -> float:
    return float((mean("raters", "technology", "accuracy") + mean("raters", "entertainment", "accuracy")) / 2)


def _band(
    axis: Axes, x: list[int], experiment: str, settings: list[str], measure: str, colour: str, label: str
) -> None:
    middles, lows, highs = (
        [mean(experiment, setting, f"{measure}{end}") for setting in settings] for end in ("", "_low", "_high")
    )
    axis.plot(x, middles, color=colour, marker="o", markersize=4, label=label)
    axis.fill_between(x, lows, highs, color=colour, alpha=0.2, linewidth=0)
