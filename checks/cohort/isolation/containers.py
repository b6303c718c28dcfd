"""The command line of a container for one job, for Docker and for Podman.

The image is built from `Containerfile` beside this file; in it, a new Python does the job, as on systems without forks.
"""

import shutil
from pathlib import Path

from ...course import ROOT
from ...grader.limits import Limits
from ...source.fingerprint import files_fingerprint
from ...worker.namespaces import ROOM_SIZE
from .bubblewrap import rooms

IMAGE = "two-heads-worker"
CONTAINERFILE = Path(__file__).with_name("Containerfile")
BUILD = f"docker build --tag {IMAGE} --file {CONTAINERFILE.relative_to(ROOT)} ."
OURS = 64 * 1024**2  # bytes beside the job's: of the engine's first process, and of ours


def engine() -> str:
    """Give the name of the engine that is there; empty if there is none."""
    return next(filter(shutil.which, ("docker", "podman")), "")


def container_command(program: str, name: str, limits: Limits) -> list[str]:
    """Give the command that starts a worker in a container of its own.

    Args:
        program: The engine.
        name: Of the container.
        limits: What the worker may use.
    """
    memory = str(limits.memory + OURS)
    held = (
        *("--network", "none", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
        *("--pids-limit", str(limits.processes + 1), "--memory", memory, "--memory-swap", memory),
        *("--tmpfs", f"/tmp:rw,nosuid,nodev,size={ROOM_SIZE},mode=1777", "--ipc", "private", "--workdir", "/tmp"),
    )
    inner = _python("from checks.worker.container import serve; serve()")
    return [program, "run", "--interactive", "--rm", "--name", name, *held, *inner]


def comparison_command(program: str) -> list[str]:
    """Give the command that fails if the image holds another version of the course than this one.

    Other checks would see other things than the referee expects, and cost a right answer its points.
    """
    files = (path for room in rooms() for path in (room.rglob("*") if room.is_dir() else [room]))
    code = (
        "from checks.course import CHECKS; from checks.source.fingerprint import files_fingerprint; "
        f"sys.exit(files_fingerprint(CHECKS.rglob('*')) != {files_fingerprint(files)!r})"
    )
    return [program, "run", "--rm", "--network", "none", "--read-only", *_python(code)]


def _python(code: str) -> list[str]:
    """Let Python run something in the image, where the course is."""
    return [IMAGE, "python", "-I", "-B", "-c", f"import sys; sys.path.append('/course'); {code}"]
