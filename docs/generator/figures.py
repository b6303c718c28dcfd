"""The figures of the pages, drawn from what the experiments measured."""

from collections.abc import Callable

import torch
from matplotlib.figure import Figure

from solutions.plots import TASK_COLOURS, draw_similarities, lighten

from . import real_figures, training_figures
from .charts import SERIES, Parts, accuracies, accuracy_and_loss, across, bars, line, said, tasks
from .data import load, mean, spread, weights_in_sweep
from .drawing import Drawing, figure_svg, fragment, style

LABELS = [f"S{number}" for number in range(1, 7)]

Draw = Callable[[], Parts]


def fragments() -> dict[str, str]:
    """Give each figure, by its name."""
    draws: dict[str, Draw] = {
        "similarity": similarity,
        "pooling": pooling,
        "freezing": freezing,
        "data-size": data_size,
        "frozen-head": frozen_head,
        "unfreezing": unfreezing,
        "forgetting": forgetting,
        "loss-weights": loss_weights,
        "head-dropout": head_dropout,
        "leakage": training_figures.leakage,
        "dropout-gap": training_figures.dropout_gap,
        "learning-rate": training_figures.learning_rate,
        "speed": training_figures.speed,
        "real-sizes": real_figures.real_sizes,
        "few-labels": real_figures.few_labels,
        "real-models": real_figures.real_models,
        "reliability": real_figures.reliability,
        "confusion": real_figures.confusion,
        "probes": real_figures.probes,
        "sharing": real_figures.sharing,
        "trained-head": real_figures.trained_head,
    }
    return {name: fragment(name, drawing(name, draw)) for name, draw in draws.items()}


def drawing(name: str, draw: Draw) -> Drawing:
    """Draw one figure in the site's style."""
    with style(name):
        figure, alternative, caption = draw()
    return Drawing(figure_svg(figure, name), alternative, caption)


def similarity() -> Parts:
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


def pooling() -> Parts:
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


def freezing() -> Parts:
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


def data_size() -> Parts:
    """Draw both ways to train over the number of sentences."""
    settings = load("data_size")["settings"]
    figure = Figure(figsize=(6.4, 3.0), layout="constrained")
    axis = figure.subplots()
    for way, colour in zip(dict.fromkeys(options["way"] for options in settings.values()), SERIES, strict=False):
        names = [name for name, options in settings.items() if options["way"] == way]
        sizes = [settings[name]["size"] for name in names]
        line(axis, sizes, across("data_size", names, "combined"), colour, way)
    axis.set_xscale("log", base=2)
    axis.set_xticks(sizes, [str(size) for size in sizes])
    axis.set(xlabel="training sentences", ylabel="combined accuracy")
    axis.legend(loc="lower right")
    lighten(axis)
    return (
        figure,
        f"Combined accuracy over the number of training sentences: {said('data_size', list(settings), 'combined')}.",
        "Six epochs in batches of eight; learning rate 1e-3 with the backbone frozen, 1e-4 if it trains; unseen words.",
    )


def frozen_head() -> Parts:
    """Compare frozen heads with several weights of their loss."""
    settings = {setting: setting for setting in load("frozen_head")["settings"]}
    return accuracies("frozen_head", settings, "One head frozen at its random start; tested on unseen words.")


def unfreezing() -> Parts:
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


def forgetting() -> Parts:
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


def loss_weights() -> Parts:
    """Draw both tasks over the sweep of weights."""
    sweep = weights_in_sweep()
    settings, shares = list(sweep), [weights["alpha"] for weights in sweep.values()]
    figure, axes = accuracy_and_loss("loss_weights", settings, shares, 3.4)
    for axis, suffix in zip(axes, ("", "_loss"), strict=True):
        for task, colour in TASK_COLOURS.items():
            learned = spread("loss_weights", "learned", task + suffix)
            axis.errorbar([1.3], [learned["mean"]], [learned["sd"]], color=colour, marker="D", capsize=2)
        axis.set_xticks([0, 0.5, 1, 1.3], ["0", "0.5", "1", "learned"])
        axis.set_xlabel("alpha, with beta = 1 - alpha")
    axes[0].legend(loc="lower center")
    return (
        figure,
        f"Accuracy and loss over the weight alpha. Task A's accuracy: {said('loss_weights', settings, 'taskA')}. Task "
        f"B's: {said('loss_weights', settings, 'taskB')}. Learned weights: task A "
        f"{mean('loss_weights', 'learned', 'taskA'):z.2f}, task B {mean('loss_weights', 'learned', 'taskB'):z.2f}.",
        "Frozen backbone, six epochs at learning rate 3e-5, sentences of unseen templates and words.",
    )


def head_dropout() -> Parts:
    """Draw both tasks over head A's dropout."""
    settings = list(load("head_dropout")["settings"])
    rates = [float(setting) for setting in settings]
    figure, axes = accuracy_and_loss("head_dropout", settings, rates, 3.2)
    for axis in axes:
        axis.set_xlabel("dropout in head A")
    axes[0].legend(loc="lower left")
    return (
        figure,
        f"Accuracy and loss over head A's dropout. Task A's accuracy: {said('head_dropout', settings, 'taskA')}. Task "
        f"B's: {said('head_dropout', settings, 'taskB')}.",
        "Head B keeps a dropout of 0.5. Frozen backbone, six epochs at learning rate 3e-5, unseen templates and words.",
    )
