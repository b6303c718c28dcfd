"""Entry point of `python -m bench`: a table on the screen and the same rows in `.bench/results.json`."""

import json
import platform
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import torch
import typer
from rich.console import Console
from rich.table import Table

from . import checking, encoding, grading, memory, repairs, training
from .comparison import Row

OUTPUT = Path(".bench/results.json")


def main(
    repeats: Annotated[int, typer.Option(min=1, help="runs of each way, in turns")] = 3,
    threads: Annotated[int, typer.Option(min=1, help="threads for all ways")] = 2,
    only: Annotated[str | None, typer.Option(help="the demo, training, encoding, checking, grading or repairs")] = None,
    answers: Annotated[Path | None, typer.Option(help="folder of wrong answers to repair, wrong/1.1/name.py")] = None,
    every: Annotated[int, typer.Option(min=1, help="repair only every so many of them")] = 1,
) -> None:
    """Measure the demo, training, encoding and checking: some minutes. Grading and repairs only if asked for."""
    torch.set_num_threads(threads)
    console = Console()
    measures: dict[str, Callable[[], list[Row]]] = {
        "the demo": partial(memory.rows, threads),
        "training": partial(training.rows, repeats),
        "encoding": partial(encoding.rows, repeats, threads),
        "checking": partial(checking.rows, repeats),
        "grading": grading.rows,
        "repairs": partial(repairs.rows, answers, every),
    }
    if only and only not in measures:
        raise typer.BadParameter(f"{only!r} is none of {', '.join(measures)}", param_hint="--only")
    rows: list[Row] = []
    for name, measure in measures.items():
        if name != only and (only or name in ("grading", "repairs")):
            continue
        console.print(f"measuring {name} ...", highlight=False)
        rows += measure()
    console.print(_table(rows))
    machine = {
        "machine": platform.machine(),
        "cpu": torch.backends.cpu.get_cpu_capability(),
        "threads": threads,
        "python": platform.python_version(),
        **{name: version(name) for name in ("torch", "transformers", "sentence-transformers")},
    }
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps({**machine, "rows": [asdict(row) for row in rows]}, indent=2) + "\n", "utf-8")
    console.print(f"saved to {OUTPUT}", highlight=False)


def _table(rows: list[Row]) -> Table:
    table = Table("what", "measured", "against", "ratio", "target", "met")
    for row in rows:
        table.add_row(row.what, row.value, row.against, f"{row.ratio:.2f}", row.target, "yes" if row.met else "no")
    return table


if __name__ == "__main__":
    typer.run(main)
