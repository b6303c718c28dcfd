"""Reading text, and writing result files that are there whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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


@contextmanager
def staged(folder: str | Path) -> Iterator[Path]:
    """Collect files in a temporary folder and move them into place when the block has ended well.

    Entering it already proves that the folder can be written, before any work is done; if the block fails, what
    stood in the folder before is untouched. Files of other names stay where they are in any case.

    Args:
        folder: Where the files go; it is made if it is missing.

    Yields:
        The temporary folder to write to.

    Raises:
        OSError: The folder cannot be made or written.
    """
    folder = Path(folder)
    missing = [parent for parent in (folder, *folder.parents) if not os.path.exists(parent)]
    try:
        partial = _make_partial(folder)
        try:
            yield partial
            _move_into(partial, folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except BaseException:
        for parent in missing:  # only what was made above, and only while it is empty
            if os.path.isdir(parent) and not any(parent.iterdir()):
                parent.rmdir()
        raise


def _make_partial(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=".partial-", dir=folder))
    except OSError as error:
        raise OSError(f"cannot write to the folder {folder}: {error.strerror}") from error


def _move_into(partial: Path, folder: Path) -> None:
    """Move every file into the folder, or none: what is in the way is kept until all have arrived."""
    replaced = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder))
    arrived: list[Path] = []
    try:
        for name in [path.relative_to(partial) for path in partial.rglob("*") if path.is_file()]:
            target = folder / name
            if target.is_dir():
                raise OSError(f"cannot write the file {target}: there is a folder of that name")
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                (replaced / name).parent.mkdir(parents=True, exist_ok=True)
                target.rename(replaced / name)
            arrived.append(name)
            (partial / name).rename(target)
    except BaseException:
        for name in arrived:
            (folder / name).unlink(missing_ok=True)
            if (replaced / name).exists():
                (replaced / name).rename(folder / name)
        raise
    finally:
        shutil.rmtree(replaced, ignore_errors=True)
