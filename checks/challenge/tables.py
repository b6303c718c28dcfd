"""Files that somebody else may have put there: what they are is looked at before they are read."""

import csv
import io
import stat
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from solutions.app.files import read_text
from solutions.app.labels import quote

LARGEST_FILE = 32 * 1024**2
DELIMITERS = ",;\t|"


class Row(NamedTuple):
    """The line on which a row begins, and its cells by their columns, without blanks around them."""

    line: int
    cells: dict[str, str]


def read_rows(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> list[Row]:
    """Read the rows of a UTF-8 CSV, with commas, semicolons, tabs or bars; other columns are passed over.

    Args:
        path: The file.
        required: Columns that have to be there.
        optional: Columns that are taken if they are there.

    Raises:
        ValueError: It is no CSV, a column is missing or stands there twice, or a row has not as many fields as the
            header.
        OSError: It is no plain file, or cannot be read.
    """
    text = read_plain_text(path)
    records = _records(path, text)
    _, cells = next(records, (1, []))
    header = [cell.strip() for cell in cells]
    wanted = [*required, *(column for column in optional if column in header)]
    if wrong := [column for column in wanted if header.count(column) != 1]:
        raise ValueError(
            f"{path}: {', '.join(wrong)} must stand once in the header, which is {quote(','.join(header))}; "
            f"write {','.join(required)}"
        )
    rows = []
    for line, cells in records:
        if len(cells) != len(header):
            raise ValueError(f"{path}, row on line {line}: {len(cells)} fields, but the header has {len(header)}")
        rows.append(Row(line, {column: cells[header.index(column)].strip() for column in wanted}))
    return rows


def read_plain_text(path: Path) -> str:
    """Read a text file that is no link, no pipe and not huge.

    Raises:
        ValueError: It is too large, or not UTF-8.
        OSError: It is no plain file, or cannot be read.
    """
    require_plain(path)
    if (size := path.stat().st_size) > LARGEST_FILE:
        raise ValueError(f"{path} has {size:,} bytes, but may have {LARGEST_FILE:,}")
    return read_text(path)


def require_plain(path: Path) -> None:
    """See that a file is one, and not a link to one: it would be read, or written, where nobody expects it.

    Raises:
        OSError: It is missing, or something else.
    """
    mode = path.lstat().st_mode
    if not stat.S_ISREG(mode):
        kind = "a link" if stat.S_ISLNK(mode) else "a folder" if stat.S_ISDIR(mode) else "no plain file"
        raise OSError(f"{path} is {kind}; put the file itself there")


def _records(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Go through the records that are not blank, each with the line on which it begins."""
    header = next(islice((line for line in text.splitlines() if line.strip()), 1), "")
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=header.count), skipinitialspace=True, strict=True
    )
    line = 1
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"{path}, row on line {line}: {error}") from error
