"""Who the students are: an id for each, and from a roster their names."""

import csv
import hashlib
import hmac
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path

ID = re.compile(r"[^\W_][\w.@+-]{0,63}")


@dataclass(frozen=True)
class Student:
    """A student.

    Attributes:
        student: Their id, as in results and file names.
        name: Empty if nobody knows it, or is to know it.
        email: Likewise.
        section: Likewise.
    """

    student: str
    name: str = ""
    email: str = ""
    section: str = ""


def read_roster(path: Path) -> dict[str, Student]:
    """Read a roster: a CSV with a column `id`, and perhaps `name`, `email` and `section`.

    Returns:
        Id to student, in the roster's order.

    Raises:
        ValueError: It is no such CSV, an id stands there twice, or it cannot name a file.
        OSError: It cannot be read.
    """
    roster: dict[str, Student] = {}
    for place, row in _rows(path, "id"):
        student = row["id"]
        if not ID.fullmatch(student):
            raise ValueError(
                f"{place}: id is {student!r}, but must be of at most 64 letters, digits and . _ - @ +, the first of "
                "them a letter or a digit: it names files"
            )
        roster[student] = Student(student, *(row.get(column, "") for column in ("name", "email", "section")))
    return roster


def read_times(path: Path) -> dict[str, str]:
    """Read when submissions were handed in: a CSV with the columns `id` and `submitted`, in ISO 8601 with a zone.

    Returns:
        Id to time, in UTC.

    Raises:
        ValueError: It is no such CSV.
        OSError: It cannot be read.
    """
    times = {}
    for place, row in _rows(path, "id", "submitted"):
        try:
            time = datetime.fromisoformat(row["submitted"])
        except ValueError:
            time = None
        if time is None or time.tzinfo is None:
            wanted = "a time with its zone, such as 2026-11-29T18:00:00+00:00"
            raise ValueError(f"{place}: submitted is {row['submitted']!r}, but must be {wanted}")
        times[row["id"]] = time.astimezone(UTC).isoformat(timespec="seconds")
    return times


def anonymous_ids(students: Iterable[str], secret: bytes) -> dict[str, str]:
    """Give every id a name that tells nobody who it is, the same one whenever the secret is the same.

    Args:
        students: Their ids.
        secret: Known to the instructor alone: whoever has it can find out who is who.
    """
    return {
        student: f"student-{hmac.new(secret, student.encode(), hashlib.sha256).hexdigest()[:12]}"
        for student in students
    }


def _rows(path: Path, *columns: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Read the lines of a CSV of students, each with where it stands; empty ones are left out, no id comes twice."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path} is no UTF-8: save it as CSV UTF-8") from None
    first, known = text.partition("\n")[0], set[str]()
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first and "," not in first else ",")
    try:
        header = [name.strip().lower() for name in next(lines, [])]
        for column in columns:
            if header.count(column) != 1:
                raise ValueError(f"{path} must have one column {column!r}, but its first line is {first.strip()!r}")
        for line in lines:
            if any(cell.strip() for cell in line[len(header) :]):
                raise ValueError(f"{path}, line {lines.line_num} has more cells than the first line: {line}")
            if any(cell.strip() for cell in line):
                place = f"{path}, line {lines.line_num}"
                row = dict(zip_longest(header, map(str.strip, line), fillvalue=""))
                if row["id"].casefold() in known:
                    raise ValueError(f"{place}: id is {row['id']!r}, but it stands in an earlier line, too")
                known.add(row["id"].casefold())
                yield place, row
    except csv.Error as error:
        raise ValueError(f"{path}, line {lines.line_num}: {error}") from None
