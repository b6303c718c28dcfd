"""Result files that are there whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def staged(folder: str | Path) -> Iterator[Path]:
    """Collect files in a temporary folder and move them into place when the block has ended well.

    Entering it already proves that the folder can be written, before any work is done; if the block fails, what
    stood in the folder before is untouched.

    Args:
        folder: Where the files go; it is made if it is missing.

    Yields:
        The temporary folder to write to.

    Raises:
        OSError: The folder cannot be made or written.
    """
    folder = Path(folder)
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder))
    except OSError as error:
        raise OSError(f"cannot write to the folder {folder}: {error.strerror}") from error
    try:
        yield partial
        _move_into(partial, folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        for parent in missing:  # only what was made above, and only while it is empty
            if not any(parent.iterdir()):
                parent.rmdir()
        raise
    shutil.rmtree(partial, ignore_errors=True)


def _move_into(partial: Path, folder: Path) -> None:
    """Move every entry into the folder, or none: what is in the way is kept until all have arrived."""
    replaced = partial / ".replaced"
    replaced.mkdir()
    arrived: list[Path] = []
    try:
        for entry in [entry for entry in partial.iterdir() if entry != replaced]:
            target = folder / entry.name
            if target.exists():
                target.rename(replaced / entry.name)
            arrived.append(target)
            entry.rename(target)
    except BaseException:
        for target in arrived:
            if target.exists():
                target.rename(partial / target.name)
            if (replaced / target.name).exists():
                (replaced / target.name).rename(target)
        raise
