"""Your own sentences: reading and writing a CSV with the columns `sentence`, `taskA` and `taskB`."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from ..dataset import MultiTaskDataset, Sample, label_names
from ..tasks import UNLABELLED, Pair
from .files import read_text
from .labels import listed, quote, spelling, told_apart

COLUMNS = ("sentence", *Pair._fields)
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

# A line above the header by which Excel knows the delimiter; here the header itself shows it.
EXCEL_LINE = re.compile(r'\A"?sep=[,;\t|]"?(?=[\r\n])', re.IGNORECASE)

# What is given for a CSV at times, by its first bytes.
FOREIGN = {
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
    b"PK\x03\x04": "an Excel workbook or another ZIP file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
}


class Row(NamedTuple):
    """The line on which a row begins, and its cells; a missing label is empty."""

    line: int
    sentence: str
    labels: Pair[str]


def read_csv(path: str | Path, classes: Pair[Sequence[str]] | None = None) -> MultiTaskDataset:
    """Read labelled sentences from a UTF-8 CSV.

    A label is any text; an empty cell is `UNLABELLED`, but each sentence has a label of at least one task. The header
    shows whether the delimiter is a comma, a semicolon, a tab or a bar. Blanks around a cell do not count.

    Args:
        path: The file; columns beyond the three are ignored.
        classes: Names of each task's classes, when a trained model fixes them. Otherwise they are the labels found, in
            numeric order if all are whole numbers and else in alphabetical order.

    Raises:
        ValueError: A column is missing, the file has no rows, a task has fewer than two classes to be found, or a row
            has no sentence, no label or an unusable one.
        OSError: The file cannot be read.
    """
    path = Path(path)
    rows = _rows(path, _text(path))
    columns = Pair([row.labels.taskA for row in rows], [row.labels.taskB for row in rows])
    known = classes or Pair(*(_classes(path, task, set(column)) for task, column in columns.items()))
    numbers = known.map(lambda names: {"": UNLABELLED} | {name: number for number, name in enumerate(names)})
    for row in rows:
        for (task, label), names, allowed in zip(row.labels.items(), known, numbers, strict=True):
            if label not in allowed:
                raise ValueError(f"{path}, row on line {row.line}: {task} is {_unknown(label, names)}")
    samples = [Sample(row.sentence, numbers.taskA[row.labels.taskA], numbers.taskB[row.labels.taskB]) for row in rows]
    return MultiTaskDataset(samples, *known)


def write_csv(path: str | Path, dataset: MultiTaskDataset) -> None:
    """Write a dataset in the form that `read_csv` reads."""
    names = label_names(dataset)
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for sample in dataset.samples:
            writer.writerow([sample.sentence, names.taskA[sample.taskA], names.taskB[sample.taskB]])


def _text(path: Path) -> str:
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder, but must be a CSV file")
    try:
        text = read_text(path)
    except ValueError:
        _refuse_foreign(path)
        raise
    if "\0" in text[:2]:
        raise ValueError(f"{path} is UTF-16 text; save it as CSV in UTF-8")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ValueError(f"{path}, line {line}: a NUL character, which no text has; remove it or export the file again")
    return text


def _refuse_foreign(path: Path) -> None:
    if not path.is_file():  # a pipe cannot be read twice
        return
    with path.open("rb") as file:
        start = file.read(4)
    for signature, kind in FOREIGN.items():
        if start.startswith(signature):
            raise ValueError(f"{path} is {kind}; save it as CSV in UTF-8")


def _rows(path: Path, text: str) -> list[Row]:
    """Read the rows below the header."""
    text = EXCEL_LINE.sub("", text)
    delimiter = _delimiter(text)
    records = _records(path, text, delimiter)
    first, cells = next(records, (1, []))
    header = [name.strip() for name in cells]
    if missing := [column for column in COLUMNS if header.count(column) != 1]:
        raise ValueError(f"{path}, line {first}: {_header_fault(_line(text, first), header, missing)}")
    rows = []
    for line, cells in records:
        try:
            sentence, *labels = _cells(cells, header, delimiter)
        except ValueError as error:
            raise _unusable(path, text, line, error) from None
        rows.append(Row(line, sentence, Pair(*labels)))
    if not rows:
        raise ValueError(f"{path}: no rows below the header")
    return rows


def _delimiter(text: str) -> str:
    """Find the delimiter that parts most of the columns' names, or else stands most often in the header."""
    header = _line(text.lstrip("\r\n " + "".join(DELIMITERS)), 1)

    def fit(delimiter: str) -> tuple[int, int]:
        return sum(name.strip(' "') in COLUMNS for name in header.split(delimiter)), header.count(delimiter)

    return max(DELIMITERS, key=fit)


def _records(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Go through the records that are not blank, each with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        reason = f"{error}; a quote is missing, one inside quotes not written twice, or a blank behind the closing one"
        raise _unusable(path, text, line, reason) from error


def _header_fault(line: str, header: list[str], missing: list[str]) -> str:
    expected = ",".join(COLUMNS)
    if not header:
        return f"the file is empty; its first line must be {expected}"
    if len(header) == 1 and all(column in header[0] for column in COLUMNS):
        return f"the header {quote(line)} is one field; write {expected}, and no quotes around a whole line"
    others = {_fold(name): name for name in header[:100] if name not in COLUMNS}
    meant = {column: get_close_matches(_fold(column), others, 1, 0.85) for column in missing}
    if len(missing) == len(COLUMNS) and not any(meant.values()):
        return f"{quote(line)} names no column and looks like a row; put the header {expected} above it"
    hints = [f"{quote(others[name])} should be {column}" for column, names in meant.items() for name in names]
    cure = f"did you mean that {' and '.join(hints)}?" if hints else f"write {expected}"
    return f"{', '.join(missing)} must stand once in the header, which is {quote(line)}; {cure}"


def _fold(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _cells(cells: list[str], header: list[str], delimiter: str) -> list[str]:
    """Pick the cells of the three columns.

    Raises:
        ValueError: They are not those of a sentence with a label.
    """
    places = [header.index(column) for column in COLUMNS]
    if any(map(str.strip, cells[len(header) :])):
        raise ValueError(f"too many fields; quote a sentence that has {DELIMITERS[delimiter]}")
    if len(cells) <= max(places):
        raise ValueError(
            f"too few fields: {len(cells)}, where the header has {len(header)} and {DELIMITERS[delimiter]} between "
            "them; leave the field of a missing label empty"
        )
    found = [cells[place].strip() for place in places]
    if not found[0]:
        raise ValueError("sentence is empty")
    if not any(found[1:]):
        raise ValueError(f"{' and '.join(COLUMNS[1:])} are empty; a sentence needs a label of at least one task")
    if found == list(COLUMNS):
        raise ValueError("the header stands here again; remove it")
    return found


def _classes(path: Path, task: str, labels: set[str]) -> list[str]:
    found = labels - {""}
    if len(found) < 2:
        what = f"only the class {quote(min(found))}" if found else "no label in any row"
        raise ValueError(f"{path}: {task} has {what}; a classifier needs at least two classes")
    numeric = all(re.fullmatch(r"-?[0-9]{1,18}", label) for label in found)
    return sorted(found, key=lambda label: (int(label), label)) if numeric else sorted(found)


def _unknown(label: str, classes: Sequence[str]) -> str:
    near = [name for name in classes if spelling(name) == spelling(label)]
    shown = told_apart([label, *near[:1]])
    hint = f"; did you mean {shown[1]}?" if near else ""
    return f"{shown[0]}, but must be one of {listed(classes)}{hint}"


def _unusable(path: Path, text: str, line: int, reason: object) -> ValueError:
    return ValueError(f"{path}, row on line {line}: {reason}: {quote(_line(text, line))}")


def _line(text: str, number: int) -> str:
    return next(islice(io.StringIO(text, newline=""), number - 1, None), "").rstrip("\r\n")
