"""What depends on no learner is computed once on a machine, in the background."""

import contextlib
from pathlib import Path

from ..course import load_course
from ..source.fingerprint import whole_fingerprint
from .processes import start_in_background

COMPLETE = "complete"  # the file that is written last, with the course's fingerprint in it


def is_prepared(folder: Path, seed: int) -> bool:
    """Tell whether everything is computed.

    Args:
        folder: Where observations are kept.
        seed: Of all checks.
    """
    with contextlib.suppress(OSError, UnicodeError):
        return (folder / COMPLETE).read_text(encoding="utf-8") == whole_fingerprint(load_course(), seed)
    return False


def prepare_in_background(folder: Path, seed: int) -> bool:
    """Let a process compute what is missing, beyond our own end; returns whether it can be kept."""
    if is_prepared(folder, seed):
        return True
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a checkout that cannot be written to is merely slower
        return False
    start_in_background("referee.prepare", f"prepare_all({seed}, {str(folder)!r}, {COMPLETE!r})")
    return True
