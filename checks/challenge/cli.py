"""The commands of the open end: `checks challenge start | score`."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The open end: a project with a hidden split of real reviews or of your own sentences.")

Folder = Annotated[Path, typer.Argument(help="of the challenge", metavar="FOLDER")]


class Format(StrEnum):
    """Forms of the score."""

    TEXT = "text"
    JSON = "json"


@app.command()
def start(
    folder: Folder,
    data: Annotated[str, typer.Option(help="reviews, or a CSV with the columns sentence,taskA,taskB")] = "reviews",
) -> None:
    """Write the brief, sentences to learn from, and sentences whose labels are hidden; overwrites nothing."""
    from ..reports.challenge import started
    from ..reports.terminal import make_console
    from .folder import start as write

    console = make_console()
    console.print(started(folder, write(folder, data, console)))


@app.command()
def score(
    folder: Folder,
    predictions: Annotated[
        Path | None, typer.Option(help="CSV with the columns id,taskA,taskB; FOLDER/predictions.csv, if not given")
    ] = None,
    checkpoint: Annotated[Path | None, typer.Option(help="folder that train has written")] = None,
    format: Annotated[Format, typer.Option(help="of the score")] = Format.TEXT,
) -> None:
    """Measure a model on the hidden sentences; each look is counted, for each one costs."""
    from ..reports.challenge import MEASURING, scored
    from ..reports.screen import at_work
    from ..reports.terminal import make_console

    console = make_console()
    with at_work(console, MEASURING):
        from .scoring import as_record
        from .scoring import score as measure

        report = measure(folder, predictions, checkpoint)
    if format is Format.JSON:
        print(json.dumps(as_record(report), indent=2))
    else:
        console.print(scored(report, console))
