"""What a job uses, as far as the system tells it from outside."""

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import psutil


class Used(NamedTuple):
    """What a job uses, with all that it has started: bytes of memory, and processes."""

    memory: int = 0
    processes: int = 0


def used_by(processes: "Sequence[psutil.Process]") -> Used:
    """Add up what some processes use; memory that several of them share counts once, where the system tells it."""
    import psutil

    held = 0
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            held += process.memory_info().rss if len(processes) == 1 else _share_of(process)
    return Used(held, len(processes))


def _share_of(process: "psutil.Process") -> int:
    import psutil

    try:
        return int(process.memory_full_info().pss)
    except (psutil.AccessDenied, AttributeError):  # other systems do not tell
        return int(process.memory_info().rss)
