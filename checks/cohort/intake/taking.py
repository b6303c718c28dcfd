"""Taking in: from the submissions' folder to one package for each student, and a record of what was found.

Whatever is wrong with a submission costs only itself. Submissions are listed first, and read one at a time.
"""

import contextlib
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from ...grader.record import Intake
from ...protocol.verdicts import printable
from ...source.files import submission_of
from ..students import Student
from . import HandedIn
from .archives import CURE, SUFFIXES, is_inner, open_archive
from .finding import Found, find_package
from .members import LARGEST_READ, Files, Folder, Members, Refused, is_foreign, is_litter, open_file
from .names import Whose, course_files, safe, whose
from .notebooks import read_notebooks

LONGEST_LIST = 20
LONGEST_NAME = 120  # letters
LARGEST_ARCHIVE = 512 * 1024**2  # bytes
MOST_NOTEBOOKS = 10
INNER = 2  # archives in one another: a folder of a download page holds one, which may hold another
SINGLE = (".py", ".ipynb")
NO_SUBMISSIONS = {".csv", ".toml", ".json"}  # lists that lie beside them

NOTHING = "nothing was handed in"
EMPTY = "there is nothing in it: hand in the folder tutorial"
NO_COURSE = "no file of the course was found in it, such as pooling.py: hand in the folder tutorial"
NO_KIND = "it is neither a folder, a zip or tar archive, a Python file nor a notebook: hand in the folder tutorial"
DAMAGED = f"it is damaged and cannot be read: {CURE} once more, and open it yourself before you hand it in"
LINK = "it is a link to something else: hand in the folder itself"


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
    return not (path.name.startswith(".") or is_litter(path.name) or path.suffix.lower() in NO_SUBMISSIONS)


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


def take_in(
    folder: Path, roster: Mapping[str, Student] | None = None, times: Mapping[str, str] | None = None
) -> Iterator[HandedIn]:
    """Read all submissions of a folder, one at a time.

    Raises:
        ValueError: There is none.
    """
    for entry in entries(folder, roster):
        yield read_entry(entry, times)


def take_in_one(path: Path, student: str) -> HandedIn:
    """Read one submission, whoever it says it is of."""
    return read_entry(Entry(student, (path,)))


def read_entry(entry: Entry, times: Mapping[str, str] | None = None) -> HandedIn:
    """Read a submission; whatever is wrong with it, the record says why.

    Args:
        entry: Which.
        times: Id to when it was handed in, in ISO 8601. Without it that is when the newest file was changed, or the
            archive: what an archive says of its members anybody can write into it, and it has no zone.
    """
    intake = Intake(entry.student, "")
    try:
        paths, older = _newest(entry.paths)
        source = " ".join(_shown(path.name) for path in paths)
        intake = replace(intake, source=source, ignored=tuple(f"{_shown(path.name)} (older)" for path in older))
        members = _open(paths)
        submitted = (times or {}).get(entry.student) or _changed_at(paths, members)
        return _handed_in(replace(intake, submitted=submitted), members)
    except Refused as error:
        problem = str(error)
    except Exception as error:  # whatever an archive is made to do costs its own submission only
        problem = f"it cannot be read: {error.strerror}" if isinstance(error, OSError) and error.strerror else DAMAGED
    return HandedIn(replace(intake, problem=printable(problem), missing=_missing(())), None)


def _newest(paths: tuple[Path, ...]) -> tuple[tuple[Path, ...], list[Path]]:
    """Choose among what one student has handed in: single files belong together, else the newest counts.

    Raises:
        Refused: There is nothing.
    """
    if not paths:
        raise Refused(NOTHING)
    singles = tuple(path for path in paths if path.suffix.lower() in SINGLE and _is_file(path))
    if len(singles) == len(paths):
        return singles, []
    rest = sorted((path for path in paths if path not in singles), key=lambda path: (path.lstat().st_mtime, path.name))
    return (rest[-1],), [*rest[:-1], *singles]


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _open(paths: tuple[Path, ...]) -> Members:
    """Open what was handed in.

    Raises:
        Refused: It is nothing that can be graded.
    """
    first = paths[0]
    if first.is_symlink():
        raise Refused(LINK)
    if first.is_dir():
        return _unwrapped(Folder(first), INNER)
    if first.suffix.lower() in SINGLE and _is_file(first):
        return Files(paths)
    with open_file(first) as file:
        size = file.seek(0, io.SEEK_END)
    if size > LARGEST_ARCHIVE:
        raise Refused(f"it has {size} bytes, but may have {LARGEST_ARCHIVE}: {CURE}")
    members = open_archive(partial(open_file, first))
    if members is None:
        raise Refused(DAMAGED if first.name.lower().endswith(SUFFIXES) else NO_KIND)
    return _unwrapped(members, INNER - 1)


def _unwrapped(members: Members, depth: int) -> Members:
    """Open the archive in a submission that holds nothing else, as download pages pack it."""
    inner = [path for path in members.sizes if is_inner(path)]
    plain = [path for path in members.sizes if path.lower().endswith(SINGLE) and not is_foreign(path)]
    if len(inner) != 1 or plain or not depth or members.sizes[inner[0]] >= LARGEST_READ:
        return members
    found = open_archive(partial(io.BytesIO, members.read(inner)[inner[0]]))
    if found is None:
        raise Refused(DAMAGED)
    return _unwrapped(found, depth - 1)


def _changed_at(paths: tuple[Path, ...], members: Members) -> str:
    """Tell when a submission was changed last; empty if that is no time."""
    newest = getattr(members, "newest", 0) or max(path.lstat().st_mtime for path in paths)
    with contextlib.suppress(ValueError, OverflowError, OSError):  # no year has so many digits
        return datetime.fromtimestamp(newest, UTC).isoformat(timespec="seconds")
    return ""


def _handed_in(intake: Intake, members: Members) -> HandedIn:
    """Find the package, and say what was found.

    Raises:
        Refused: There is none.
    """
    found = find_package(members) or Found()
    if not found.changed:
        _add_notebooks(members, found)
    ignored = (*intake.ignored, *_ignored(members, found))
    problem = "" if found.contents else NO_COURSE if members.sizes else EMPTY
    intake = replace(
        intake,
        found=tuple(_cut(found.contents)),
        missing=_missing(found.contents),
        renamed=tuple(_cut(f"{_shown(old)} -> {new}" for old, new in found.renamed.items())),
        ignored=tuple(_cut(ignored)),
        problem=problem,
    )
    if problem:
        return HandedIn(intake, None)
    return HandedIn(
        intake, submission_of("/".join(filter(None, (intake.source, _shown(found.folder)))), found.contents)
    )


def _add_notebooks(members: Members, found: Found) -> None:
    """Where no file holds an answer, look into notebooks; the course's own ones lie in its docs."""
    paths = [path for path in sorted(members.sizes) if path.lower().endswith(".ipynb") and not is_foreign(path)]
    paths = [path for path in paths if "docs" not in path.split("/")[:-1]][:MOST_NOTEBOOKS]
    small = [path for path in paths if members.sizes[path] < LARGEST_READ]
    found.notes |= {path: "too large" for path in paths if path not in small}
    answers = read_notebooks(members.read(small))
    found.contents |= answers.contents
    found.renamed |= answers.renamed
    found.notes |= answers.notes
    found.taken |= {path for path in small if any(place.startswith(f"{path}, ") for place in answers.renamed)}


def _missing(contents: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{file}.py" for file in course_files() if f"{file}.py" not in contents)


def _ignored(members: Members, found: Found) -> Iterator[str]:
    """Name what is no part of the package: first what has a reason, then the rest, by folders."""
    for path, reason in {**members.refused, **found.notes}.items():
        if not is_litter(path):
            yield f"{_shown(path)} ({printable(reason)})"
    rest = Counter(
        _heading(path, found.folder)
        for path in sorted(members.sizes)
        if path not in found.taken and path not in found.notes and not is_litter(path)
    )
    for heading, count in rest.items():
        if heading in found.notes:
            continue
        yield f"{_shown(heading)} ({count} files)" if heading.endswith("/") and count > 1 else _shown(heading)


def _heading(path: str, folder: str) -> str:
    """Give the path itself, or the topmost folder of it that holds nothing of the package."""
    parts, around = path.split("/"), folder.split("/") if folder else []
    depth = 0
    while depth < len(around) and parts[depth] == around[depth]:
        depth += 1
    heading = "/".join(parts[: depth + 1])
    return heading if depth + 1 == len(parts) else f"{heading}/"


def _shown(name: str) -> str:
    """Make a name fit for a record, whatever letters it has."""
    text = printable(name).replace("\n", "\ufffd").replace("\t", "\ufffd")
    return text if len(text) <= LONGEST_NAME else f"{text[:LONGEST_NAME]}…"


def _cut(names: Iterable[str]) -> list[str]:
    """Cut a long list."""
    listed = list(names)
    most = max(LONGEST_LIST, len(course_files()))
    return listed if len(listed) <= most else [*listed[:most], f"and {len(listed) - most} more"]
