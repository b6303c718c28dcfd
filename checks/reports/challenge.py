"""The screens of the open end: what was written, and how a model stands on the hidden sentences."""

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..protocol.verdicts import Status
from .terminal import mark

if TYPE_CHECKING:
    from solutions.confidence import Interval

    from ..challenge.division import Division
    from ..challenge.scores import Score
    from ..challenge.scoring import Report
    from ..challenge.tiers import Standing

MEASURING = "Reading the hidden sentences, then measuring …"
COSTS = "Each look costs: whoever chooses by the hidden sentences has fitted to them. Choose on a part of train.csv."

# A first training that is worth a look.
TRAINING = "--learning-rate 1e-3 --epochs 20 --validation-fraction 0.1 --patience 3"


def started(folder: Path, division: "Division") -> RenderableType:
    """Lay out what was written, and what can be done with it."""
    train, hidden = map(len, division)
    files = _grid()
    files.add_row("train.csv", f"{train:,} sentences with both labels: learn and choose by these")
    files.add_row("test.csv", f"{hidden:,} sentences without: the hidden split, to be looked at last")
    files.add_row("README.md", "the brief: rules, targets, what is handed in")
    if (folder / ".hidden.csv").exists():
        files.add_row(".hidden.csv", "the labels of the hidden split: do not open it")
    steps = _grid()
    steps.add_row(Text("Train", "dim"), f"python -m tutorial train --data {_path(folder / 'train.csv')} {TRAINING}")
    steps.add_row(Text("Score", "dim"), f"checks challenge score {_path(folder)} --checkpoint .checkpoint")
    steps.add_row(Text("Read", "dim"), "docs/challenge.md")
    return Group(Text(f"A challenge in {_path(folder)}", "bold"), _section(files), _section(steps))


def scored(report: "Report", console: Console) -> RenderableType:
    """Lay out a score: the measures beside the baselines, the tiers, and what the look has cost."""
    title = Text(f"{_path(report.source)} on the hidden split of {_path(report.folder)}", "bold")
    tables = (_measures(report.score), _tiers(report.score.tiers, console))  # each begins with a blank line of its own
    return Group(title, *(_section(table, above=0) for table in tables), _section(_look(report), above=0))


def _measures(score: "Score") -> RenderableType:
    table = Table("accuracy", "task A", "task B", box=box.SIMPLE_HEAD)
    rows = {"commonest class": "majority", "bag of words": "bag_of_words", "your model": "model"}
    for name, field in rows.items():
        cells = [_interval(getattr(task, field)) for task in score.beside]
        table.add_row(name, *cells, style="bold" if field == "model" else "")
    table.add_row("ahead of the words", *(_interval(task.ahead, "+") for task in score.beside))
    table.add_section()
    table.add_row("macro F1", *(f"{value:.3f}" for value in score.macro_f1))
    if any(error is not None for error in score.calibration_error):
        table.add_row(
            "calibration error", *("–" if error is None else f"{error:.3f}" for error in score.calibration_error)
        )
    train, hidden = score.sentences
    units = f"{score.groups:,} " + ("reviews" if score.groups < hidden else "sentences")
    note = f"{hidden:,} hidden sentences, {train:,} to learn from; in brackets: 95 % intervals over {units}"
    return Group(table, Text(note, "dim"))


def _interval(interval: "Interval", sign: str = "") -> Text:
    mean, low, high = (f"{value:{sign}.3f}" for value in interval)
    return Text.assemble(mean, (f" ({low} to {high})", "dim"))


def _tiers(tiers: Iterable["Standing"], console: Console) -> RenderableType:
    table = Table("", "target", "A", "B", "", box=box.SIMPLE_HEAD)
    for number, standing in enumerate(tiers, start=1):
        targets = standing.tier.targets
        asked = [f"{target:.2f}" for target in targets] if targets else ["more", "more"]
        status = Status.PASSED if standing.surely else Status.WORKS if standing.reached else Status.NOT_STARTED
        table.add_row(mark(status, console), f"{number} {standing.tier.name}", *asked, _said(standing))
    return table


def _said(standing: "Standing") -> Text:
    """Say whether a tier is reached, and what the interval says of that."""
    if standing.surely:
        return Text("reached, surely", "green")
    if standing.reached:
        return Text("reached, maybe by luck", "yellow")
    short = [f"{task[-1]} {-lead.mean:.3f}" for task, lead in standing.leads.items() if round(lead.mean, 3) < 0]
    return Text(f"lacks {', '.join(short)}" if short else "level with it", "dim")


def _look(report: "Report") -> RenderableType:
    if report.repeated:
        return Text(
            f"The same predictions as look {report.look} of {len(report.looks)}: they tell nothing new.", "yellow"
        )
    return Text.assemble((f"Look {report.look} at the hidden labels. ", "bold"), COSTS)


def _grid() -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


def _section(content: RenderableType, above: int = 1) -> Padding:
    return Padding(content, (above, 0, 0, 2))


def _path(path: Path) -> str:
    """Write a path as a shell takes it, and what cannot be seen by its code."""
    text = path.as_posix()
    return shlex.quote(text) if text.isprintable() else ascii(text)
