"""Reading text, writing JSON, and result files that are there whole or not at all."""

import errno
import json
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from math import isnan
from pathlib import Path
from typing import Any

from filelock import FileLock

LOCK = ".partial-lock"  # held while files move; it goes with the last of them
UNDO = ".partial-undo"  # a publication under way: new/, what it replaces in old/, and the names that are fresh


def read_text(path: Path) -> str:
    """Read a UTF-8 file, with or without a byte order mark.

    Raises:
        ValueError: It is not UTF-8; the error names the line.
        OSError: It cannot be read.
    """
    content = path.read_bytes()
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(f"{path}, line {line}: not UTF-8 text; save the file as UTF-8") from error


def write_json(path: Path, content: Any) -> None:
    """Write JSON that people can read, too; a measure that is NaN, which JSON does not know, becomes null."""
    path.write_text(json.dumps(_without_nan(content), indent=2, allow_nan=False) + "\n", encoding="utf-8")


def _without_nan(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _without_nan(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_without_nan(value) for value in content]
    return None if isinstance(content, float) and isnan(content) else content


@contextmanager
def staged(folder: str | Path, names: Iterable[str] = ()) -> Iterator[Path]:
    """Collect files in a temporary folder and move them into place when the block has ended well.

    Entering it already proves that the folder can be written, before any work is done. Whatever fails or interrupts it,
    the folder then holds either what it held before or all the new files, and never those of two writers. Files of
    other names stay where they are in any case.

    Args:
        folder: Where the files go; it is made if it is missing.
        names: Files that are going to be written: a folder in the place of one is refused at once.

    Yields:
        The temporary folder to write to.

    Raises:
        OSError: The folder cannot be made or written, or there is a folder where a file should go.
    """
    folder = Path(folder)
    missing = [parent for parent in (folder, *folder.parents) if not os.path.exists(parent)]
    partial = folder / f".partial-{secrets.token_hex(8)}"
    try:
        try:
            _make(partial)
            for name in map(Path, names):
                _refuse_a_clash(folder / name, is_dir=False)
                _refuse_a_clash(folder / name.parent, is_dir=True)
            yield partial / "new"
            _undisturbed(_publish, folder, partial)
        finally:
            _tidy(folder, partial, missing)
    except OSError as error:
        if error.errno == errno.ENOSPC:  # it names no file
            raise OSError(f"cannot write to the folder {folder}: {error.strerror}") from error
        raise
    finally:
        _tidy(folder, partial, missing)  # again: an interrupt may have cut the first one short


def replace_file(path: Path, content: bytes) -> None:
    """Write a file, and put it in the place of an earlier one when it is whole; of two writers, one after the other.

    Raises:
        OSError: It cannot be written; the earlier one is then untouched.
    """
    partial = path.parent / f".partial-{path.name}"
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path.parent):
        try:
            with partial.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())  # on the disk before it is called whole: the power may fail
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


def settle(folder: str | Path) -> None:
    """Take back what a killed writer has published by half; while another one publishes, wait for it.

    Where nothing is to be done, or nothing may be written, nothing happens.
    """
    _tidy(Path(folder), Path(folder) / UNDO, [])


def _make(partial: Path) -> None:
    try:
        (partial / "new").mkdir(parents=True)
        (partial / "old").mkdir()
    except OSError as error:
        raise OSError(f"cannot write to the folder {partial.parent}: {error.strerror}") from error


def _tidy(folder: Path, partial: Path, made: list[Path]) -> None:
    if any(os.path.lexists(path) for path in (partial, folder / UNDO, folder / LOCK)):
        with suppress(OSError):
            _undisturbed(_discard, folder, partial)
    for parent in made:
        with suppress(OSError):  # there are files in it
            parent.rmdir()


def _undisturbed(work: Callable[[Path, Path], None], folder: Path, partial: Path) -> None:
    """Run it in a thread: an interrupt is raised in the main one only, which then still waits for the end."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(work, folder, partial).result()


def _discard(folder: Path, partial: Path) -> None:
    with _locked(folder):
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; no half publication is in the folder when it is taken, nor when it is let go."""
    lock = folder / LOCK
    with FileLock(lock, poll_interval=0.01):
        try:
            _undo(folder)
            yield
        finally:
            _undo(folder)
            with suppress(OSError):  # Windows: a moment later. Whoever waits for it sees it go and makes a new one
                lock.unlink()


def _publish(folder: Path, partial: Path) -> None:
    with _locked(folder):
        names = sorted(path.relative_to(partial / "new") for path in (partial / "new").rglob("*"))
        for name in names:
            _refuse_a_clash(folder / name, is_dir=(partial / "new" / name).is_dir())
        fresh = [name.as_posix() for name in names if not os.path.lexists(folder / name)]
        (partial / "fresh.json").write_text(json.dumps(fresh), encoding="utf-8")
        _open_to_readers(partial, names)
        partial.rename(folder / UNDO)  # from here on anybody can take it back
        for name in names:
            _move(folder, name)
        (folder / UNDO / "fresh.json").unlink()  # from here on it is final


def _open_to_readers(partial: Path, names: list[Path]) -> None:
    """Give every file the mode that new files get here: some libraries write what only its owner may read."""
    mode = stat.S_IMODE((partial / "fresh.json").stat().st_mode)
    for name in names:
        path = partial / "new" / name
        if path.is_file() and not path.is_symlink():
            path.chmod(mode)


def _refuse_a_clash(target: Path, is_dir: bool) -> None:
    if is_dir and os.path.lexists(target) and not target.is_dir():
        raise OSError(f"cannot make the folder {target}: there is a file of that name")
    if target.is_dir() and not is_dir:
        raise OSError(f"cannot write the file {target}: there is a folder of that name")


def _move(folder: Path, name: Path) -> None:
    new, old, target = folder / UNDO / "new" / name, folder / UNDO / "old" / name, folder / name
    if new.is_dir():
        old.mkdir()
        target.mkdir(exist_ok=True)
        return
    if os.path.lexists(target):
        target.replace(old)
    new.replace(target)


def _undo(folder: Path) -> None:
    """Take back a publication that is not final, and remove what is left of a final one."""
    old, journal = folder / UNDO / "old", folder / UNDO / "fresh.json"
    if journal.is_file():
        for name in map(Path, reversed(json.loads(journal.read_text(encoding="utf-8")))):
            if name.is_absolute() or ".." in name.parts:  # the folder is somebody else's, and means harm
                raise ValueError(f"{journal} names {str(name)!r}, which is not in that folder: remove {journal.parent}")
            _remove(folder / name)
        for path in [path for path in old.rglob("*") if not path.is_dir()]:
            path.replace(folder / path.relative_to(old))
        journal.unlink()
    shutil.rmtree(folder / UNDO, ignore_errors=True)


def _remove(target: Path) -> None:
    if target.is_dir():
        with suppress(OSError):  # somebody else has put a file into it
            target.rmdir()
    else:
        target.unlink(missing_ok=True)
