"""The figures of the pages, drawn from what the experiments measured."""

from collections.abc import Callable

import torch
from matplotlib.figure import Figure

from solutions.plots import TASK_COLOURS, TASK_NAMES, draw_similarities, lighten

from .charts import GREY, SERIES, across, bars, line, said, tasks
from .data import load, mean, spread, weights_in_sweep
from .drawing import Drawing, figure_svg, fragment, style

LABELS = [f"S{number}" for number in range(1, 7)]

Draw = Callable[[], tuple[Figure, str, str]]


def fragments() -> dict[str, str]:
    """Give each figure, by its name."""
    draws: dict[str, Draw] = {
        "similarity": similarity,
        "pooling": pooling,
        "freezing": freezing,
        "frozen-head": frozen_head,
        "unfreezing": unfreezing,
        "forgetting": forgetting,
        "loss-weights": loss_weights,
        "gradients": gradients,
        "head-dropout": head_dropout,
        "leakage": leakage,
        "dropout-gap": dropout_gap,
        "learning-rate": learning_rate,
        "speed": speed,
    }
    return {name: fragment(name, drawing(name, draw)) for name, draw in draws.items()}


def drawing(name: str, draw: Draw) -> Drawing:
    """Draw one figure in the site's style."""
    with style(name):
        figure, alternative, caption = draw()
    return Drawing(figure_svg(figure, name), alternative, caption)


def similarity() -> tuple[Figure, str, str]:
    """Draw the six sentences' similarities for mean and max pooling."""
    matrices = {f"{name} pooling": torch.tensor(mean("pooling", name, "matrix")) for name in ("mean", "max")}
    measures = {"S3": "s1_s3", "S5": "s1_s5", "S6": "s1_s6"}
    told = "; ".join(
        f"{name} pooling: " + ", ".join(f"S1 and {s} {mean('pooling', name, m):z.2f}" for s, m in measures.items())
        for name in ("mean", "max")
    )
    return (
        draw_similarities(matrices, LABELS),
        f"Two heatmaps of the cosine similarities of six sentences. {told}.",
        "Cosine similarity of six sentences before any training, mean over "
        f"{len(load('pooling')['seeds'])} random projections. S1 is “The cat sat on the mat.”, S3 “A feline was "
        "resting on a rug.”, S5 “It's a beautiful sunny day outside.”, S6 “I love working with transformers!”",
    )


def pooling() -> tuple[Figure, str, str]:
    """Compare the poolings by the six sentences and by retrieval."""
    figure = Figure(figsize=(6.4, 4.6), layout="constrained")
    gaps, found = figure.subplots(2, 1)
    settings = ("mean", "max", "CLS")
    bars(gaps, "pooling", settings, {"gap_s5": ("to S5", SERIES[0]), "gap_s6": ("to S6", SERIES[1])}, settings)
    gaps.set_title("By how much S3 is closer to S1 (difference of cosines)")
    measures = {"same_topic": ("same topic", SERIES[0]), "same_labels": ("same topic and mood", SERIES[1])}
    bars(found, "pooling", settings, measures, settings)
    found.set_title("Share of the 10 nearest sentences that fit")
    found.set_xlim(0, 1)
    for axis in (gaps, found):
        axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return (
        figure,
        f"Bars. Difference of cosines to S5: {said('pooling', settings, 'gap_s5')}. Nearest sentences with the same "
        f"topic: {said('pooling', settings, 'same_topic')}.",
        "Above: the six sentences. Below: the course's own sentences, of other templates than the query's.",
    )


def accuracies(experiment: str, settings: dict[str, str], caption: str) -> tuple[Figure, str, str]:
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


def freezing() -> tuple[Figure, str, str]:
    """Compare what trains, by accuracy."""
    settings = {
        "backbone, head A, head B, projection at 1e-05": "everything, 1e-5",
        "head A, head B, projection at 1e-05": "backbone frozen, 1e-5",
        "head A, head B, projection at 0.001": "backbone frozen, 1e-3",
        "backbone, head B, projection at 1e-05": "head A frozen, 1e-5",
        "backbone, head A, projection at 1e-05": "head B frozen, 1e-5",
        "nothing": "everything frozen",
    }
    return accuracies("freezing", settings, "What trains, and its learning rate; tested on unseen words.")


def frozen_head() -> tuple[Figure, str, str]:
    """Compare frozen heads with several weights of their loss."""
    settings = {setting: setting for setting in load("frozen_head")["settings"]}
    return accuracies("frozen_head", settings, "One head frozen at its random start; tested on unseen words.")


def unfreezing() -> tuple[Figure, str, str]:
    """Compare unfreezing step by step with all at once."""
    settings = list(load("unfreezing")["settings"])
    figure = Figure(figsize=(6.4, 4.6), layout="constrained")
    quality, left = figure.subplots(2, 1)
    bars(quality, "unfreezing", settings, tasks(), settings)
    quality.set(xlim=(0, 1), xlabel="accuracy on unseen templates and words")
    quality.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    bars(left, "unfreezing", settings, {"found": ("paraphrases", SERIES[2])}, settings)
    left.set(xlim=(0, 1), xlabel="share of paraphrases that the backbone still finds")
    return (
        figure,
        f"Bars. Task B's accuracy: {said('unfreezing', settings, 'taskB')}. Paraphrases "
        f"found: {said('unfreezing', settings, 'found')}.",
        "Above, what was learned. Below, what is left of what the backbone knew.",
    )


def forgetting() -> tuple[Figure, str, str]:
    """Follow what fine-tuning does to sentences that it has nothing to do with."""
    figure = Figure(figsize=(6.4, 3.4), layout="constrained")
    cosine, found = figure.subplots(1, 2)
    settings = list(load("forgetting")["settings"])
    for setting, colour in zip(settings, SERIES, strict=True):
        for axis, measure in ((cosine, "unrelated"), (found, "found")):
            measured = spread("forgetting", setting, measure)
            line(axis, range(len(measured["mean"])), measured, colour, f"learning rate {setting}")
    cosine.set(title="Cosine of unrelated sentences", xlabel="epoch", ylim=(-0.05, 1.05))
    found.set(title="Paraphrases found", xlabel="epoch", ylim=(-0.05, 1.05))
    for axis in (cosine, found):
        lighten(axis)
    figure.legend(*cosine.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9)
    return (
        figure,
        f"Two line charts over six epochs. Cosine of unrelated sentences at the end, by learning rate: "
        f"{said('forgetting', settings, 'unrelated_after')}. Share of paraphrases found: "
        f"{said('forgetting', settings, 'found_after')}.",
        "Twelve pairs of paraphrases about everyday things, while the whole model learns the course's two tasks.",
    )


def loss_weights() -> tuple[Figure, str, str]:
    """Draw both tasks over the sweep of weights."""
    sweep = weights_in_sweep()
    settings, shares = list(sweep), [weights["alpha"] for weights in sweep.values()]
    figure = Figure(figsize=(6.4, 3.4), layout="constrained")
    axes = figure.subplots(1, 2)
    for axis, suffix, title in zip(axes, ("", "_loss"), ("Accuracy", "Cross-entropy"), strict=True):
        for task, colour in TASK_COLOURS.items():
            line(axis, shares, across("loss_weights", settings, task + suffix), colour, TASK_NAMES[task])
            learned = spread("loss_weights", "learned", task + suffix)
            axis.errorbar([1.3], [learned["mean"]], [learned["sd"]], color=colour, marker="D", capsize=2)
        axis.set_xticks([0, 0.5, 1, 1.3], ["0", "0.5", "1", "learned"])
        axis.set(title=title, xlabel="alpha, with beta = 1 - alpha")
        lighten(axis)
    axes[0].legend(loc="lower center")
    return (
        figure,
        f"Accuracy and loss over the weight alpha. Task A's accuracy: {said('loss_weights', settings, 'taskA')}. Task "
        f"B's: {said('loss_weights', settings, 'taskB')}. Learned weights: task A "
        f"{mean('loss_weights', 'learned', 'taskA'):z.2f}, task B {mean('loss_weights', 'learned', 'taskB'):z.2f}.",
        "Frozen backbone, six epochs at learning rate 3e-5, sentences of unseen templates and words.",
    )


def gradients() -> tuple[Figure, str, str]:
    """Follow the angle between the two tasks' gradients."""
    figure = Figure(figsize=(6.4, 3.4), layout="constrained")
    axis = figure.subplots()
    settings = list(load("gradients")["settings"])
    for setting, colour in zip(settings, SERIES, strict=False):
        measured = spread("gradients", setting, "cosine")
        line(axis, [3 * step + 1 for step in range(len(measured["mean"]))], measured, colour, setting)
    axis.axhline(0, color=GREY, linestyle=":")
    axis.set(xlabel="training step", ylabel="cosine", ylim=(-1.05, 1.05))
    axis.legend(loc="upper right", ncols=2)
    lighten(axis)
    return (
        figure,
        f"The cosine between both tasks' gradients over the training steps. On average: "
        f"{said('gradients', settings, 'mean_cosine')}.",
        "Above zero the two tasks pull the shared layers in one direction, below it against each other.",
    )


def head_dropout() -> tuple[Figure, str, str]:
    """Draw both tasks over head A's dropout."""
    settings = list(load("head_dropout")["settings"])
    rates = [float(setting) for setting in settings]
    figure = Figure(figsize=(6.4, 3.2), layout="constrained")
    axes = figure.subplots(1, 2)
    for axis, suffix, title in zip(axes, ("", "_loss"), ("Accuracy", "Cross-entropy"), strict=True):
        for task, colour in TASK_COLOURS.items():
            line(axis, rates, across("head_dropout", settings, task + suffix), colour, TASK_NAMES[task])
        axis.set(title=title, xlabel="dropout in head A")
        lighten(axis)
    axes[0].legend(loc="lower left")
    return (
        figure,
        f"Accuracy and loss over head A's dropout. Task A's accuracy: {said('head_dropout', settings, 'taskA')}. Task "
        f"B's: {said('head_dropout', settings, 'taskB')}.",
        "Head B keeps a dropout of 0.5. Frozen backbone, six epochs at learning rate 3e-5, unseen templates and words.",
    )


def leakage() -> tuple[Figure, str, str]:
    """Compare the splits."""
    settings = {setting: setting for setting in load("leakage")["settings"]}
    return accuracies("leakage", settings, "Tested on sentences less and less like those of training.")


def dropout_gap() -> tuple[Figure, str, str]:
    """Follow task B's accuracy in the log, and of the same weights with dropout on and off."""
    figure = Figure(figsize=(6.4, 3.4), layout="constrained")
    axes = figure.subplots(1, 3, sharey=True)
    kinds = {"log": "the log", "again": "dropout on", "eval": "dropout off"}
    settings = ("0.0, 3e-05", "0.5, 3e-05", "0.8, 3e-05")
    for axis, setting in zip(axes, settings, strict=True):
        for (kind, label), colour in zip(kinds.items(), (GREY, SERIES[1], SERIES[0]), strict=True):
            measured = spread("dropout_gap", setting, kind)
            column = {key: [pair[1] for pair in measured[key]] for key in ("mean", "sd")}
            line(axis, range(1, 7), column, colour, label)
        axis.set(title=f"dropout {setting.partition(',')[0]}", xlabel="epoch", ylim=(0.45, 1.03))
        lighten(axis)
    axes[0].set_ylabel("task B's accuracy")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=10)
    ends = "; ".join(
        f"{setting.partition(',')[0]}: log {mean('dropout_gap', setting, 'final_log_taskB'):z.2f}, "
        f"dropout on {mean('dropout_gap', setting, 'final_again_taskB'):z.2f}, "
        f"off {mean('dropout_gap', setting, 'final_eval_taskB'):z.2f}"
        for setting in settings
    )
    return (
        figure,
        f"Task B's accuracy on the training sentences over six epochs, for three dropouts. At the end, {ends}.",
        "The same sentences, three ways to score them. The log is taken while the weights still move; the other two "
        "after each epoch, with the same weights.",
    )


def learning_rate() -> tuple[Figure, str, str]:
    """Draw both tasks over the learning rate."""
    settings = list(load("learning_rate")["settings"])
    figure = Figure(figsize=(6.4, 3.4), layout="constrained")
    axis = figure.subplots()
    for task, colour in TASK_COLOURS.items():
        measured = across("learning_rate", settings, task)
        line(axis, [float(setting) for setting in settings], measured, colour, TASK_NAMES[task])
    axis.set(xscale="log", xlabel="learning rate", ylabel="accuracy", ylim=(0.45, 1.03))
    axis.legend(loc="lower center")
    lighten(axis)
    return (
        figure,
        f"Accuracy over the learning rate. Task A: {said('learning_rate', settings, 'taskA')}. Task B: "
        f"{said('learning_rate', settings, 'taskB')}.",
        "Frozen backbone, six epochs, sentences of unseen templates and words.",
    )


def speed() -> tuple[Figure, str, str]:
    """Compare the seconds of three ways to do the same training."""
    settings = list(load("speed")["settings"])
    figure = Figure(figsize=(6.4, 2.2), layout="constrained")
    axis = figure.subplots()
    bars(axis, "speed", settings, {"seconds": ("seconds", SERIES[0])}, settings)
    axis.set_xlabel("seconds for six epochs over 800 sentences")
    return figure, f"Bars. Seconds: {said('speed', settings, 'seconds', '.1f')}.", "The same training, three ways."
