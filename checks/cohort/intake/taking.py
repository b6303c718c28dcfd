"""Taking in: from what a student has handed in to a package, and a record of what was found.

Whatever is wrong with a submission costs only itself.
"""

import contextlib
import errno
import lzma
import struct
import tarfile
import traceback
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

from ...grader.bugs import write_report
from ...grader.record import Intake
from ...protocol.verdicts import printable
from ...source.files import submission_of
from ..students import Student
from . import HandedIn
from .archives import is_inner
from .entries import Entry, entries
from .finding import Found, find_package, handed_out
from .members import Folder, Members, Refused, is_foreign, is_litter
from .names import course_files
from .notebooks import read_notebooks
from .opening import DAMAGED, newest, open_submission

LONGEST_LIST = 20
LONGEST_NAME = 120  # letters
MOST_NOTEBOOKS = 10
LARGEST_NOTEBOOKS = 8 * 1024**2  # bytes of all

EMPTY = "there is nothing in it: hand in the folder tutorial"
NO_COURSE = "no file of the course was found in it, such as pooling.py: hand in the folder tutorial"
BROKEN = (  # what Python's libraries say of archives
    EOFError,
    IndexError,
    KeyError,
    MemoryError,
    NotImplementedError,
    OverflowError,
    RecursionError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)


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
        paths, older = newest(entry.paths)
        source = " ".join(_shown(path.name) for path in paths)
        intake = replace(
            intake, source=source, ignored=tuple(f"{_shown(path.name)} (older)" for each in older for path in each)
        )
        if older:
            intake = replace(intake, doubts=(f"handed in {len(older) + 1} times: the newest counts",))
        told_time = (times or {}).get(entry.student)
        intake = replace(intake, submitted=told_time or _time(max(path.lstat().st_mtime for path in paths)))
        members = open_submission(paths)
        if isinstance(members, Folder) and members.newest and not told_time:
            intake = replace(intake, submitted=_time(members.newest))
        return _handed_in(intake, members)
    except Refused as error:
        problem = str(error)
    except OSError as error:
        told = error.strerror and error.errno != errno.EINVAL  # that is a place in an archive that is not there
        problem = f"it cannot be read: {error.strerror}" if told else DAMAGED
    except BROKEN:
        problem = DAMAGED
    except Exception:  # whatever goes wrong with us costs this submission only
        report = write_report(f"submission {_shown(intake.source)}\n{traceback.format_exc()}")
        problem = f"it could not be taken in, by no fault of yours; what happened is written in {report}"
    return HandedIn(replace(intake, problem=" ".join(printable(problem).split()), missing=_missing(())), None)


def _time(seconds: float) -> str:
    """Write when a file was changed; empty if that is no time."""
    with contextlib.suppress(ValueError, OverflowError, OSError):  # no year has so many digits
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
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
    inner = sum(map(is_inner, members.sizes))
    problem = "" if found.contents else several(inner) if inner > 1 else NO_COURSE if members.sizes else EMPTY
    doubts = [f"answers in {found.others + 1} folders: one was taken"] if found.others else []
    if problem and inner > 1:
        doubts.append(f"{inner} archives in one: unpack it, if they are of several students")
    intake = replace(
        intake,
        found=tuple(_cut(found.contents)),
        missing=_missing(found.contents),
        renamed=tuple(_cut(f"{_shown(old)} -> {new}" for old, new in found.renamed.items())),
        ignored=tuple(_cut(ignored)),
        problem=problem,
        doubts=(*intake.doubts, *doubts),
    )
    if problem:
        return HandedIn(intake, None)
    return HandedIn(
        intake, submission_of("/".join(filter(None, (intake.source, _shown(found.folder)))), found.contents)
    )


def several(archives: int) -> str:
    """Say that there is a choice of archives, and no file of the course beside them."""
    return f"there is no file of the course in it, but {archives} archives: hand in one, or the folder tutorial"


def _add_notebooks(members: Members, found: Found) -> None:
    """Where no file holds an answer, look into notebooks; the course's own ones lie in its docs."""
    paths = [path for path in sorted(members.sizes) if path.lower().endswith(".ipynb") and not is_foreign(path)]
    paths = [path for path in paths if "docs" not in path.split("/")[:-1]][:MOST_NOTEBOOKS]
    sums = dict(zip(paths, accumulate(members.sizes[path] for path in paths), strict=True))
    small = [path for path in paths if sums[path] <= LARGEST_NOTEBOOKS]
    found.notes |= {path: "too large: clear its outputs" for path in paths if path not in small}
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
        if path.removeprefix(f"{found.folder}/" if found.folder else "") not in handed_out()
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
