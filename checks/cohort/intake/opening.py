"""Opening what was handed in: a folder, an archive, or single files."""

import io
from functools import partial
from pathlib import Path

from .archives import CURE, SUFFIXES, is_inner, open_archive
from .finding import is_of_course
from .members import LARGEST_READ, Files, Folder, Members, Refused, is_foreign, open_file

LARGEST_ARCHIVE = 512 * 1024**2  # bytes
INNER = 2  # archives in one another: a folder of a download page holds one, which may hold another
SINGLE = (".py", ".ipynb")

NOTHING = "nothing was handed in"
NO_KIND = "it is neither a folder, a zip or tar archive, a Python file nor a notebook: hand in the folder tutorial"
DAMAGED = f"it is damaged and cannot be read: {CURE} once more, and open it yourself before you hand it in"
LINK = "it is a link to something else: hand in the folder itself"


def newest(paths: tuple[Path, ...]) -> tuple[tuple[Path, ...], list[tuple[Path, ...]]]:
    """Choose among what one student has handed in: single files belong together, and the newest counts.

    Raises:
        Refused: There is nothing.
    """
    if not paths:
        raise Refused(NOTHING)
    singles = tuple(path for path in paths if path.suffix.lower() in SINGLE and _is_file(path))
    choices = [(path,) for path in paths if path not in singles] + ([singles] if singles else [])
    *older, chosen = sorted(choices, key=lambda each: max((path.lstat().st_mtime, path.name) for path in each))
    return chosen, older


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def open_submission(paths: tuple[Path, ...]) -> Members:
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
    return _unwrapped(_open_archive(first), INNER - 1)


def _open_archive(path: Path) -> Members:
    with open_file(path) as file:
        size = file.seek(0, io.SEEK_END)
    if size > LARGEST_ARCHIVE:
        raise Refused(f"it has {size} bytes, but may have {LARGEST_ARCHIVE}: {CURE}")
    members = open_archive(partial(open_file, path))
    if members is None:
        raise Refused(DAMAGED if path.name.lower().endswith(SUFFIXES) else NO_KIND)
    return members


def _unwrapped(members: Members, depth: int) -> Members:
    """Open the archive in a submission that holds nothing else of the course, as download pages pack it."""
    inner = [path for path in members.sizes if is_inner(path)]
    plain = any(
        is_of_course(path) or (path.lower().endswith(".ipynb") and not is_foreign(path)) for path in members.sizes
    )
    if len(inner) != 1 or plain or not depth:
        return members
    if isinstance(members, Folder):
        return _unwrapped(_open_archive(members.folder / inner[0]), depth - 1)
    if members.sizes[inner[0]] >= LARGEST_READ:
        return members
    found = open_archive(partial(io.BytesIO, members.read(inner)[inner[0]]))
    return _unwrapped(found, depth - 1) if found else members
