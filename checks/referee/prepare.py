"""Computing in the background what depends on no learner, so that no verdict and no diagnosis waits for it."""

import contextlib
import os
import sys
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from ..course import Exercise, load_course
from ..source.files import write_whole
from ..source.fingerprint import whole_fingerprint


def prepare_all(seed: int, folder: str, complete: str) -> None:
    """Compute what is not on the disk yet, and leave; at once, if somebody is at it already.

    Args:
        seed: Of all checks.
        folder: Where observations are kept.
        complete: Name of the file that is written last.
    """
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        sys.stdout = sys.stderr = nowhere  # wrong answers make the libraries warn
        try:
            with FileLock(Path(folder) / "preparing.lock", timeout=0):
                psutil.Process().nice(psutil.IDLE_PRIORITY_CLASS if sys.platform == "win32" else 19)
                _prepare(seed, Path(folder), complete)
        except (OSError, Timeout):
            pass
    os._exit(0)  # unloading the libraries would take a while


def _prepare(seed: int, folder: Path, complete: str) -> None:
    from ..source.given import mistakes
    from .expected import GIVEN, REFERENCE, Expected
    from .misconceptions import load_misconceptions

    expected = Expected(seed)
    expected.remember(folder)
    exercises = load_course().exercises
    answers = {e: [*([GIVEN] if mistakes(e) else []), *range(len(load_misconceptions(e)))] for e in exercises}
    every: list[tuple[Exercise, int]] = [(exercise, REFERENCE) for exercise in exercises]
    every += [(exercise, answer) for exercise in exercises for answer in answers[exercise]]
    for exercise, answer in every:
        with contextlib.suppress(ValueError):  # a misconception that no longer fits is for maintainers to find
            if not expected.is_stored(exercise, answer):
                expected.see(exercise, answer)
    write_whole(folder / complete, whole_fingerprint(load_course(), seed).encode())
