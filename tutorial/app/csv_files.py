"""Your own sentences: reading and writing a CSV with the columns `sentence`, `taskA` and `taskB`."""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

from ..dataset import MultiTaskDataset, Sample
from .files import read_text

COLUMNS = ("sentence", "taskA", "taskB")

# One row: the line on which it ends, and its cells.
Row = tuple[int, dict[str, str]]


def read_csv(
    path: str | Path, taskA_classes: Sequence[str] | None = None, taskB_classes: Sequence[str] | None = None
) -> MultiTaskDataset:
    """Read labelled sentences from a UTF-8 CSV.

    A label is any text. The classes are the labels found, in numeric order if all are whole numbers and else in
    alphabetical order; or the ones given, when a trained model fixes them.

    Raises:
        ValueError: A column is missing, the file has no rows, or a row has no sentence or an unusable label.
        OSError: The file cannot be read.
    """
    path = Path(path)
    rows = _read_rows(path)
    classes = {
        "taskA": tuple(taskA_classes or _classes(path, "taskA", rows)),
        "taskB": tuple(taskB_classes or _classes(path, "taskB", rows)),
    }
    for line, cells in rows:
        for task, known in classes.items():
            if cells[task] not in known:
                raise ValueError(
                    f"{path}, row on line {line}: {task} is {cells[task]!r}, but must be one of {', '.join(known)}"
                )
    samples = [
        Sample(cells["sentence"], classes["taskA"].index(cells["taskA"]), classes["taskB"].index(cells["taskB"]))
        for _, cells in rows
    ]
    return MultiTaskDataset(samples, classes["taskA"], classes["taskB"])


def write_csv(path: str | Path, dataset: MultiTaskDataset) -> None:
    """Write a dataset in the form that `read_csv` reads."""
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for sample in dataset.samples:
            names = dataset.taskA_classes[sample.taskA], dataset.taskB_classes[sample.taskB]
            writer.writerow([sample.sentence, *names])


def _read_rows(path: Path) -> list[Row]:
    """Read the rows below the header; csv's own reader knows on which line it is, even when it fails."""
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if missing := [column for column in COLUMNS if header.count(column) != 1]:
            raise ValueError(
                f"{path}: {', '.join(missing)} must stand once in the first line, which names {','.join(COLUMNS)}"
            )
        rows = [
            (reader.line_num, _row(path, reader.line_num, header, cells))
            for cells in reader
            if any(map(str.strip, cells))
        ]
    except csv.Error as error:
        raise ValueError(f"{path}, row on line {reader.line_num}: {error}; is a quote missing?") from error
    if not rows:
        raise ValueError(f"{path}: no rows below the header")
    return rows


def _row(path: Path, line: int, header: list[str], cells: list[str]) -> dict[str, str]:
    if any(map(str.strip, cells[len(header) :])):
        raise ValueError(f"{path}, row on line {line}: too many fields; quote a sentence that has commas")
    named = dict(zip(header, cells, strict=False))
    row = {column: named.get(column, "").strip() for column in COLUMNS}
    if empty := [column for column in COLUMNS if not row[column]]:
        raise ValueError(f"{path}, row on line {line}: {', '.join(empty)} is empty")
    return row


def _classes(path: Path, task: str, rows: list[Row]) -> list[str]:
    found = {cells[task] for _, cells in rows}
    if len(found) < 2:
        raise ValueError(f"{path}: {task} has only the class {min(found)!r}; a classifier needs at least two")
    numeric = all(re.fullmatch(r"-?[0-9]{1,18}", label) for label in found)
    return sorted(found, key=lambda label: (int(label), label)) if numeric else sorted(found)
