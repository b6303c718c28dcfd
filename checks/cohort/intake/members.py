"""What lies in a submission: its names first, then the bytes of the files that are wanted. Nothing is ever unpacked."""

import os
import stat
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

MOST_MEMBERS = 50_000
DEEPEST = 20  # folders in one another
LONGEST = 1000  # letters of a path
LARGEST_READ = 16 * 1024**2  # bytes of one file: notebooks carry their pictures
TOO_MANY = f"it holds more than {MOST_MEMBERS} files: hand in the folder tutorial alone"
LITTER = frozenset({"__MACOSX", "__pycache__", ".DS_Store", "Thumbs.db", "desktop.ini"})  # of systems: not worth a word
NOT_THEIRS = frozenset({"venv", "env", "site-packages", "node_modules", "__pypackages__"})


class Refused(ValueError):
    """Why nothing of a submission can be graded, in words for the student."""


class Members(Protocol):
    """A submission's files.

    Attributes:
        sizes: Bytes of each file, by its path from the top, with `/`.
        refused: Path to the reason, for what is no file or would lie elsewhere.
    """

    sizes: dict[str, int]
    refused: dict[str, str]

    def read(self, paths: Collection[str]) -> dict[str, bytes]:
        """Read some files, each of at most `LARGEST_READ` bytes."""


def is_litter(path: str) -> bool:
    """Tell whether a path is what a system leaves behind."""
    return any(part in LITTER or part.startswith("._") for part in path.split("/"))


def is_foreign(path: str) -> bool:
    """Tell whether a path lies where no student writes: hidden, or in an environment."""
    return is_litter(path) or any(part.startswith(".") or part in NOT_THEIRS for part in path.split("/"))


def place_of(name: str) -> tuple[str, str]:
    """Give a member's path from the top of its archive, and why it is refused, if it is."""
    path = name.replace("\\", "/")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    tidy = "/".join(parts)
    if path.startswith("/") or path[1:2] == ":" or ".." in parts:
        return path, "its path leads out of the archive"
    if len(tidy) > LONGEST or len(parts) > DEEPEST:
        return tidy[:LONGEST], "its path is too long"
    return tidy, ""


class Folder:
    """The files of a folder; links are not followed.

    Args:
        folder: Where they lie.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sizes: dict[str, int] = {}
        self.refused: dict[str, str] = {}
        self.newest = 0.0  # when a file was changed last, in seconds since 1970
        for path, entry in _walk(folder):
            self._add(path, entry)

    def _add(self, path: str, entry: "os.DirEntry[str]") -> None:
        facts = entry.stat(follow_symlinks=False)
        kind, problem = facts.st_mode, ""
        if stat.S_ISREG(kind):
            self.sizes[path] = facts.st_size
            self.newest = max(self.newest, facts.st_mtime)
        elif stat.S_ISLNK(kind):
            problem = "a link"
        elif not stat.S_ISDIR(kind):
            problem = "no file"
        elif path.count("/") >= DEEPEST:
            problem = "too many folders in one another"
        if problem:
            self.refused[path] = problem

    def read(self, paths: Collection[str]) -> dict[str, bytes]:
        """Read some files."""
        return {path: read_file(self.folder / path) for path in paths}


def _walk(folder: Path) -> Iterator[tuple[str, "os.DirEntry[str]"]]:
    """Go through a folder: what lies in a hidden folder or an environment is left out."""
    waiting, seen = [""], 0
    while waiting:
        prefix = waiting.pop()
        with os.scandir(folder / prefix) as entries:
            for entry in entries:
                path = f"{prefix}{entry.name}"
                yield path, entry
                if entry.is_dir(follow_symlinks=False) and path.count("/") < DEEPEST and not is_foreign(path):
                    waiting.append(f"{path}/")
                if (seen := seen + 1) > MOST_MEMBERS:
                    raise Refused(TOO_MANY)


class Files:
    """Single files that were handed in side by side.

    Args:
        paths: Of the files, no links.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self.paths = {path.name: path for path in paths}
        self.sizes = {name: path.stat().st_size for name, path in self.paths.items()}
        self.refused: dict[str, str] = {}

    def read(self, paths: Collection[str]) -> dict[str, bytes]:
        """Read some files."""
        return {path: read_file(self.paths[path]) for path in paths}


def read_file(path: Path) -> bytes:
    """Read a file as far as `LARGEST_READ`."""
    with open_file(path) as file:
        return file.read(LARGEST_READ)


def open_file(path: Path) -> BinaryIO:
    """Open a file, but neither a link nor anything that one could wait for.

    Raises:
        Refused: It is no file.
        OSError: It cannot be read.
    """
    flags = (getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))  # not on every system
    descriptor = os.open(path, os.O_RDONLY | sum(flags))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Refused(f"{path.name} is no file")
    return os.fdopen(descriptor, "rb")
