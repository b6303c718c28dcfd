"""What lies in the submissions' folder, and whose it is: listed first, and read one at a time."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ...protocol.verdicts import printable
from ..students import Student
from .members import is_litter
from .names import Whose, safe, whose

NO_SUBMISSIONS = {".csv", ".toml", ".json"}  # lists that lie beside them


@dataclass(frozen=True)
class Entry:
    """A student's place in the submissions' folder.

    Attributes:
        student: Their id.
        paths: What they have handed in; nothing, if only the roster knows them.
        name: Of the student, if the name of the submission tells it.
    """

    student: str
    paths: tuple[Path, ...] = ()
    name: str = ""


def entries(folder: Path, roster: Mapping[str, Student] | None = None) -> list[Entry]:
    """List what lies in the submissions' folder, by student, and who of the roster is missing.

    Args:
        folder: Each folder or file in it is a submission.
        roster: Id to student, if there is one.

    Raises:
        ValueError: There is no such folder, or nothing in it.
    """
    if not folder.is_dir():
        raise ValueError(f"submissions is {str(folder)!r}, but there is no such folder: unpack it, if it is an archive")
    found = {path: whose(path.name, path.is_dir()) for path in sorted(folder.iterdir()) if _is_submission(path)}
    if not found:
        raise ValueError(f"submissions is {str(folder)!r}, but there is nothing in it")
    roster = roster or {}
    ids = _ids({name.student for name in found.values()})
    listed: dict[str, Entry] = {student: Entry(student) for student in roster}
    for path, name in found.items():
        student = _in_roster(name, roster) or ids[name.student]
        before = listed.get(student, Entry(student, name=printable(name.name)))
        listed[student] = replace(before, paths=(*before.paths, path))
    return [listed[student] for student in sorted(listed)]


def _is_submission(path: Path) -> bool:
    if path.name.startswith(".") or is_litter(path.name) or path.suffix.lower() in NO_SUBMISSIONS:
        return False
    return not (os.path.isfile(path / "private" / "seed") and os.path.isdir(path / "results"))  # a report of ours


def _ids(names: Iterable[str]) -> dict[str, str]:
    """Give every name an id of its own, also where a file system does not tell upper case from lower."""
    ids: dict[str, str] = {}
    used: set[str] = set()
    for name in sorted(names, key=lambda name: (safe(name) != name, name)):  # who has an id already keeps it
        student, number = safe(name), 2
        while student.casefold() in used:
            student, number = f"{safe(name)}-{number}", number + 1
        used.add(student.casefold())
        ids[name] = student
    return ids


def _in_roster(name: Whose, roster: Mapping[str, Student]) -> str:
    """Find the id in the roster that a submission's name means; empty if there is none."""
    by_id = {student.casefold(): student for student in roster}
    names = Counter(student.name.casefold() for student in roster.values())
    by_name = {each.name.casefold(): student for student, each in roster.items() if names[each.name.casefold()] == 1}
    for other in (name.student, safe(name.student), *name.others):
        if other and (student := by_id.get(other.casefold()) or by_name.get(other.casefold())):
            return student
    return ""


def students_of(listed: Iterable[Entry], roster: Mapping[str, Student] | None = None) -> dict[str, Student]:
    """Give everybody who is in a roster or has handed in something."""
    roster = roster or {}
    return {entry.student: roster.get(entry.student, Student(entry.student, entry.name)) for entry in listed}
