"""The only place that starts processes, and ends them with all that they started.

A job runs in a process of its own. Where the system can fork (Linux), a server that has the libraries loaded forks it;
elsewhere a new Python is started for every job, one of them in advance.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from ..course import CHECKS, ROOT
from ..protocol.messages import Fork, Kill, Killed, Load, MessageError, decode, encode
from .usage import Used, used_by

if TYPE_CHECKING:
    import psutil

PATIENCE = 10  # seconds for a server that only has to kill

_left_alone: list["subprocess.Popen[bytes]"] = []  # or Python would complain that they are still running


class Process(Protocol):
    """A process with one job: its three streams, what it uses, and how to end it."""

    stdin: BinaryIO
    stdout: BinaryIO
    stderr: BinaryIO

    def used(self) -> Used:
        """Look at what it uses now."""

    def kill(self, ended: bool, started: bool = True) -> int | None:
        """End it and all that it started.

        Args:
            ended: Its streams have ended, so it may be about to end by itself.
            started: It has run something of a learner's.

        Returns:
            Its exit status, negative for a signal, if it did end by itself.
        """


class Sandbox(Protocol):
    """Where jobs run."""

    def prepare(self, load: Load) -> None:
        """Load what the next jobs import."""

    def start(self) -> Process:
        """Give a process that waits for its job."""

    def close(self) -> None:
        """End everything."""


def open_sandbox() -> Sandbox:
    """Give the best sandbox that this system has."""
    return ForkServer() if sys.platform == "linux" else FreshProcesses()


def python_command(module: str, call: str) -> list[str]:
    """Give the command that calls a function of ours in a new Python.

    Isolated mode ignores the environment and the current folder, and our own folder comes last in the search path: no
    file that a learner calls `torch.py` or `random.py` gets in the way of the real one.
    """
    function = call.partition("(")[0]
    code = f"import sys; sys.path.append({str(ROOT)!r}); from {CHECKS.name}.{module} import {function}; {call}"
    return [sys.executable, "-I", "-B", "-c", code]


def start_trusted(module: str, call: str) -> "subprocess.Popen[bytes]":
    """Start a process of ours that runs no learner's code and needs no limits; we talk over its standard streams."""
    return subprocess.Popen(
        python_command(module, call),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # wrong answers make the libraries warn there, too
        env=environment(),
        start_new_session=True,  # an interrupt from the keyboard is ours to handle
    )


def start_server(command: list[str], descriptor: int) -> "subprocess.Popen[bytes]":
    """Start a server that inherits one descriptor and nothing else."""
    return subprocess.Popen(
        command,
        pass_fds=[descriptor],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
        start_new_session=True,  # an interrupt from the keyboard is ours to handle
    )


def start_in_background(module: str, call: str) -> None:
    """Start a process of ours that goes on when we have ended."""
    process = subprocess.Popen(
        python_command(module, call),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
        start_new_session=True,
        creationflags=getattr(subprocess, "DETACHED_PROCESS", 0),  # on Windows
    )
    _left_alone.append(process)


@contextlib.contextmanager
def without_interrupts() -> Iterator[None]:
    """Let no Ctrl-C come between, where that can be had."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def environment() -> dict[str, str]:
    """Give the environment of our processes: one thread, as they fork, and no network for models."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    return {**os.environ, **threads, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "MPLBACKEND": "Agg"}


class ForkServer:
    """One process that forks a child for every job; a new one takes over when a learner's code ends it."""

    def __init__(self) -> None:
        self.used = False
        self._open()

    def _open(self) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control.settimeout(PATIENCE)
        with theirs:
            self.server = self.launch(theirs.fileno())

    def launch(self, descriptor: int) -> "subprocess.Popen[bytes]":
        """Start the server, with its end of the control socket."""
        return start_server(python_command("worker.fork_server", f"serve_forks({descriptor})"), descriptor)

    def family(self) -> "list[psutil.Process]":
        """List the child and its own children."""
        import psutil

        return list(psutil.Process(self.server.pid).children(recursive=True))

    def prepare(self, load: Load) -> None:
        """Import libraries in the server, before the fork."""
        if self.server.poll() is not None:
            self.control.close()
            self._open()
        self._order(load)

    def start(self) -> "ForkedProcess":
        """Fork a child; it comes with the ends of three pipes."""
        (job, stdin), (stdout, frames), (stderr, output) = os.pipe(), os.pipe(), os.pipe()
        self.used = True
        self._order(Fork(), [job, frames, output])
        for descriptor in (job, frames, output):
            os.close(descriptor)
        return ForkedProcess(self, os.fdopen(stdin, "wb", 0), os.fdopen(stdout, "rb", 0), os.fdopen(stderr, "rb", 0))

    def kill(self, ended: bool, started: bool = True) -> int | None:
        """End the child and all that it started; returns its exit status if it ended by itself."""
        if not started:  # the server may be loading its libraries yet: whoever waits for it waits long
            self.server.kill()
        try:
            self._order(Kill(ended))
            return decode(self.control.recv(1024), Killed).exit_status
        except (OSError, MessageError):  # the server itself was killed or stopped; its child dies with it
            self.server.kill()
            self.server.wait()
            return None

    def _order(self, order: object, descriptors: Iterable[int] = ()) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionError):
            socket.send_fds(self.control, [encode(order)], list(descriptors))

    def close(self) -> None:
        """End the server, which ends its children; one that is still loading its libraries has none."""
        self.control.close()
        try:
            self.server.wait(timeout=5 if self.used else 0)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()


@dataclass
class ForkedProcess:
    """A child of the fork server."""

    server: ForkServer
    stdin: BinaryIO
    stdout: BinaryIO
    stderr: BinaryIO

    def used(self) -> Used:
        """Look at what the child uses: memory that it shares with its own children escapes the system's limit."""
        import psutil

        with contextlib.suppress(psutil.Error):
            return used_by(self.server.family())
        return Used()

    def kill(self, ended: bool, started: bool = True) -> int | None:
        """End the child and all that it started."""
        return self.server.kill(ended, started)


class FreshProcesses:
    """A new Python for every job; the next one warms up while a job runs."""

    def __init__(self) -> None:
        self.spare = self.fresh()

    def fresh(self) -> "FreshProcess":
        """Start one."""
        return FreshProcess()

    def prepare(self, load: Load) -> None:
        """Every process imports for itself."""

    def start(self) -> "FreshProcess":
        """Hand out the process that has warmed up, and start the next one."""
        ready, self.spare = self.spare, self.fresh()
        return ready

    def close(self) -> None:
        """End the process that waits."""
        self.spare.kill(ended=False)
        for stream in (self.spare.stdin, self.spare.stdout, self.spare.stderr):
            stream.close()


class FreshProcess:
    """A Python that waits for one job."""

    def __init__(self, command: Sequence[str] = ()) -> None:
        self.process = subprocess.Popen(
            command or python_command("worker.job", "serve_once()"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=environment(),
            start_new_session=True,
        )
        self.stdin: Any = self.process.stdin
        self.stdout: Any = self.process.stdout
        self.stderr: Any = self.process.stderr

    def used(self) -> Used:
        """Look at what the process uses."""
        import psutil

        with contextlib.suppress(psutil.Error):
            process = psutil.Process(self.process.pid)
            return used_by([process, *process.children(recursive=True)])
        return Used()

    def kill(self, ended: bool, started: bool = True) -> int | None:
        """End the process and all that it started, as far as that can be found on this system."""
        import psutil

        status, children = None, []
        with contextlib.suppress(psutil.Error):
            children = psutil.Process(self.process.pid).children(recursive=True)
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self.process.wait(timeout=1) if ended else None
        for child in children:
            with contextlib.suppress(psutil.Error):
                child.kill()
        self.process.kill()
        self.process.wait()
        if sys.platform != "win32":  # its group outlives it
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        return status
