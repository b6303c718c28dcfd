"""Sandboxes for code that nobody trusts: the fork server in bubblewrap, or a container for every job."""

import contextlib
import os
import subprocess
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...grader.limits import Limits
from ...grader.processes import ForkServer, FreshProcess, FreshProcesses, python_command, start_server
from ...grader.usage import Used
from .bubblewrap import bubblewrap_command
from .cgroups import Cgroup, open_cgroup
from .containers import container_command, engine

if TYPE_CHECKING:
    import psutil

PROBING = 60  # seconds


def answer_of(command: Sequence[str], seconds: float = PROBING) -> tuple[bool, str]:
    """Run a command to see whether it works; tells what it said, if it does not."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=seconds, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return False, str(error)
    return done.returncode == 0, " ".join(done.stderr.split())


class Bubblewrap(ForkServer):
    """The fork server in bubblewrap; in there, each of its jobs has namespaces of its own."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.group: Cgroup | None = None
        self.limits = limits or Limits()
        super().__init__()

    def launch(self, descriptor: int) -> "subprocess.Popen[bytes]":
        """Start the server, in a cgroup of its own where that can be had."""
        inner = python_command("worker.fork_server", f"serve_forks({descriptor}, isolated=True)")
        command = bubblewrap_command(inner)
        self._leave_group()
        self.group = open_cgroup(self.limits)
        return start_server(self.group.command(command) if self.group else command, descriptor)

    def family(self) -> "list[psutil.Process]":
        """List the job's processes: neither bubblewrap, nor the server, nor who waits for the job."""
        import psutil

        family = list(psutil.Process(self.server.pid).children(recursive=True))
        ours: set[int] = {self.server.pid}
        for _ in range(3):
            ours |= {process.pid for process in family if _parent(process) in ours}
        return [process for process in family if process.pid not in ours]

    def close(self) -> None:
        """End the server and everything with it."""
        super().close()
        self._leave_group()

    def _leave_group(self) -> None:
        if self.group:
            self.group.close()
            self.group = None


def _parent(process: "psutil.Process") -> int:
    import psutil

    try:
        return int(process.ppid())
    except psutil.Error:
        return -1


class Containers(FreshProcesses):
    """A new container for every job; the next one warms up while a job runs."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        super().__init__()

    def fresh(self) -> FreshProcess:
        """Start one."""
        return Container(self.limits)


class Container(FreshProcess):
    """A container that waits for one job; its engine holds it to the limits."""

    def __init__(self, limits: Limits) -> None:
        self.name = f"two-heads-{uuid.uuid4().hex}"
        super().__init__(container_command(engine(), self.name, limits))

    def used(self) -> Used:
        """Leave that to the engine."""
        return Used()

    def kill(self, ended: bool, started: bool = True) -> int | None:
        """End the container, with all that runs in it."""
        status = super().kill(ended, started)
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            command = [engine(), "kill", self.name]
            subprocess.run(command, capture_output=True, timeout=PROBING, check=False, env=dict(os.environ))
        return -9 if status == 137 else status  # how an engine tells of a kill from outside
