"""What is heard of a training while it runs: lines to read, and the numbers in them for whoever draws curves."""

from math import isnan
from typing import Protocol

from .evaluator import EpochMetrics, format_measures
from .tasks import TASK_NAMES


class Log(Protocol):
    """Takes what a training has to say: `lambda text, metrics: print(text)` shows it, a logging library draws it."""

    def __call__(self, text: str, metrics: dict[str, float], /) -> object:
        """Take one message.

        Args:
            text: Lines to read.
            metrics: The numbers in them by name, `epoch` always among them.
        """


def format_epoch(epoch: EpochMetrics) -> str:
    """Lay one epoch's metrics out as lines of the training log."""
    lines = [f"Loss: {epoch['loss']:.4f}"]
    for task, name in TASK_NAMES.items():
        lines.append(f"{name} - {format_measures(epoch[task], ('Acc', 'Prec', 'Rec', 'F1'))}")
    if "loss_weights" in epoch:
        lines.append("Loss weights - Task A: {:.4f}, Task B: {:.4f}".format(*epoch["loss_weights"]))
    return "\n".join(lines)


def scalars(number: int, epoch: EpochMetrics) -> dict[str, float]:
    """Lay one epoch's metrics out as numbers with names, the form that logging libraries take.

    Args:
        number: Of the epoch, counted from 1.
        epoch: What was measured in it.

    Returns:
        `epoch`, `loss`, for each task `taskA/accuracy`, `taskA/precision`, `taskA/recall` and `taskA/f1`, and learned
        weights as `taskA/loss_weight`; what is not a number, where a task has no labels, is left out.
    """
    named: dict[str, float] = {"epoch": number, "loss": epoch["loss"]}
    for index, task in enumerate(TASK_NAMES):
        measured = epoch[task]
        named |= {f"{task}/{name}": measured[name] for name in ("accuracy", "precision", "recall", "f1")}
        if "loss_weights" in epoch:
            named[f"{task}/loss_weight"] = epoch["loss_weights"][index]
    return {name: value for name, value in named.items() if not isnan(value)}
