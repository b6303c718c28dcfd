"""What the terminal shows: tables of similarities, of the model's parts and of results."""

from collections.abc import Mapping, Sequence
from textwrap import shorten

from rich import box
from rich.table import Column, Table
from rich.text import Text
from torch import Tensor, nn

from ..confidence import Interval
from ..evaluator import Metrics, format_measure
from ..freezing import PARTS
from ..mistakes import Mistake
from ..tasks import TASK_NAMES, Pair, Task
from .beside import Beside
from .closer import Calibration

LONGEST_SENTENCE = 60  # characters
CALIBRATION_ROWS = {
    "temperature": "temperature, from the validation set",
    "before": "calibration error without it",
    "after": "calibration error with it",
}


def similarity_table(title: str, similarities: Tensor, labels: Sequence[str]) -> Table:
    """Lay out a cosine similarity matrix, `(batch, batch)`; the row's closest other sentence is bold."""
    table = Table("", *(Column(label, justify="right") for label in labels), title=title, box=box.SIMPLE)
    for row, values in enumerate(similarities.tolist()):
        closest = max((value for column, value in enumerate(values) if column != row), default=None)
        cells = [Text(f"{value:.2f}", "bold" if value == closest else "") for value in values]
        table.add_row(labels[row], *cells)
    return table


def parts_table(model: nn.Module, descriptions: dict[str, str]) -> Table:
    """List the model's parts from input to output, how many weights each has and whether they train."""
    table = Table("part", "gives", Column("parameters", justify="right"), "trains", box=box.SIMPLE)
    for name in PARTS:
        parameters = list(model.get_submodule(name).parameters())
        trains = "yes" if any(parameter.requires_grad for parameter in parameters) else "no (frozen)"
        table.add_row(name, descriptions[name], f"{sum(p.numel() for p in parameters):,}", trains)
    return table


def results_table(title: str, results: Mapping[tuple[str, str], Metrics], keys: tuple[str, str]) -> Table:
    """Compare metrics dictionaries, one row each.

    Args:
        title: Of the table.
        results: What tells the rows apart, one text for each of `keys`, to the metrics dictionary.
        keys: Headings of those texts.
    """
    table = Table(*keys, "Task A accuracy", "Task B accuracy", "Task A AUC", "Task B AUC", title=title, box=box.SIMPLE)
    for row, metrics in results.items():
        tasks = (metrics["taskA"], metrics["taskB"])
        measures = [*(task["accuracy"] for task in tasks), *(task["auc"] for task in tasks)]
        table.add_row(*row, *map(format_measure, measures))
    return table


def beside_table(title: str, measured: Pair[Beside]) -> Table:
    """Compare a model with the baselines, one row each, and one for the difference of model and bag of words."""
    table = Table("", *(f"{name} accuracy" for name in TASK_NAMES.values()), title=title, box=box.SIMPLE)
    for name in Beside._fields[:-1]:
        table.add_row(name.replace("_", " "), *(_interval(getattr(task, name)) for task in measured))
    table.add_row("model ahead by", *(_interval(task.ahead, "+") for task in measured))
    return table


def calibration_table(title: str, measured: Mapping[Task, Calibration]) -> Table:
    """Show the temperature of each task, and its calibration error without and with it."""
    table = Table("", *(TASK_NAMES[task] for task in measured), title=title, box=box.SIMPLE)
    for field, name in CALIBRATION_ROWS.items():
        table.add_row(name, *(f"{getattr(task, field):.2f}" for task in measured.values()))
    return table


def mistake_lines(mistakes: Sequence[Mistake], classes: Sequence[str]) -> list[str]:
    """Write each mistake in one line: its loss, both classes and the sentence, shortened if it is long."""
    return [
        f"{mistake.loss:6.2f}  {classes[mistake.label]}, taken for {classes[mistake.predicted]}: "
        f"{shorten(mistake.sentence, LONGEST_SENTENCE, placeholder='…')}"
        for mistake in mistakes
    ]


def _interval(interval: Interval, sign: str = "") -> str:
    mean, low, high = (f"{value:{sign}.2f}" for value in interval)
    return f"{mean}  ({low} to {high})"
