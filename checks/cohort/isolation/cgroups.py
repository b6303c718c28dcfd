"""A cgroup for a sandbox, where the system lets us make one: limits of memory and processes that nothing escapes.

Without one, memory and processes are looked at by the clock, which misses memory that no process has mapped.
"""

import contextlib
import os
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from ...grader.limits import Limits

MOUNTS = Path("/sys/fs/cgroup")
OURS = 1024**3  # bytes that bubblewrap and the server with its libraries may hold beside the job
OUR_PROCESSES = 8


@dataclass(frozen=True)
class Cgroup:
    """One folder in the second version of cgroups; in the first one, a folder for each of memory and processes."""

    folders: tuple[Path, ...]

    def command(self, inner: list[str]) -> list[str]:
        """Give the command that starts another one in this group: it enters by itself, so that no moment is missed."""
        enter = "".join(f'echo 0 > "{folder}/cgroup.procs" && ' for folder in self.folders)
        return ["/bin/sh", "-c", f'{enter}exec "$@"', "sh", *inner]

    def close(self) -> None:
        """Remove it; the system may take a moment to forget the last process."""
        for folder in self.folders:
            deadline = time.monotonic() + 2
            while folder.exists() and time.monotonic() < deadline:
                with contextlib.suppress(OSError):
                    folder.rmdir()
                time.sleep(0.01 if folder.exists() else 0)


def open_cgroup(limits: Limits) -> Cgroup | None:
    """Make one with these limits; None where that cannot be had."""
    name = f"two-heads-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    memory, processes = str(limits.memory + OURS), str(limits.processes + OUR_PROCESSES)
    first = {
        MOUNTS / "memory" / name: ("memory.limit_in_bytes", memory),
        MOUNTS / "pids" / name: ("pids.max", processes),
    }
    made: list[Path] = []
    _sweep(MOUNTS / "memory", MOUNTS / "pids")
    try:
        if (MOUNTS / "memory").is_dir():
            for folder, (file, value) in first.items():
                folder.mkdir()
                made.append(folder)
                (folder / file).write_text(value, encoding="ascii")
        else:
            folder = _own_group().parent / name
            _sweep(folder.parent)
            folder.mkdir()
            made.append(folder)
            (folder / "memory.max").write_text(memory, encoding="ascii")
            (folder / "pids.max").write_text(processes, encoding="ascii")
        (made[0] / "cgroup.procs").open("a").close()
    except (OSError, ValueError):
        Cgroup(tuple(made)).close()
        return None
    return Cgroup(tuple(made))


def _sweep(*places: Path) -> None:
    """Remove what graders have left that were killed."""
    import psutil

    for folder in (folder for place in places for folder in place.glob("two-heads-*-*")):
        owner = folder.name.split("-")[2]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            with contextlib.suppress(OSError):  # some process is still in there
                folder.rmdir()


def _own_group() -> Path:
    """Find our own group in the second version, in which there is one tree."""
    lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    own = next(line.removeprefix("0::/") for line in lines if line.startswith("0::/"))
    if not own:
        raise OSError("we are in the root group")
    return MOUNTS / own
