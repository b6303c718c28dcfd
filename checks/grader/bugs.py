"""Reports of our own failures: a learner sees one line, whoever mends it reads the rest."""

import contextlib
import os
import platform
import tempfile
from pathlib import Path

from ..course import RELEASE, STATE


def write_report(details: str) -> Path:
    """Write down what happened: beside the course or, where that cannot be written to, among temporary files."""
    text = f"Two Heads {RELEASE}, Python {platform.python_version()}, {platform.platform()}\n\n{details}\n"
    with contextlib.suppress(OSError):
        (STATE / "reports").mkdir(parents=True, exist_ok=True)
        return _write(STATE / "reports", text)
    return _write(Path(tempfile.gettempdir()), text)


def _write(folder: Path, text: str) -> Path:
    descriptor, path = tempfile.mkstemp(dir=folder, prefix="two-heads-", suffix=".txt", text=True)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    return Path(path)
