"""The figures of the task pages: how training goes, and what its scores are worth."""

from matplotlib.figure import Figure

from solutions.plots import TASK_COLOURS, lighten
from solutions.tasks import TASK_NAMES

from .charts import GREY, SERIES, Parts, accuracies, across, bars, line, said
from .data import load, mean, spread


def leakage() -> Parts:
    """Compare the splits."""
    settings = {setting: setting for setting in load("leakage")["settings"]}
    return accuracies("leakage", settings, "Tested on sentences less and less like those of training.")


def dropout_gap() -> Parts:
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


def learning_rate() -> Parts:
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


def speed() -> Parts:
    """Compare the seconds of three ways to do the same training."""
    settings = list(load("speed")["settings"])
    figure = Figure(figsize=(6.4, 2.2), layout="constrained")
    axis = figure.subplots()
    bars(axis, "speed", settings, {"seconds": ("seconds", SERIES[0])}, settings)
    axis.set_xlabel("seconds for six epochs over 800 sentences")
    return figure, f"Bars. Seconds: {said('speed', settings, 'seconds', '.1f')}.", "The same training, three ways."
