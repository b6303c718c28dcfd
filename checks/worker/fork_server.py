"""The fork server: imports the libraries once, and forks a fresh worker for every job (Linux only).

It never computes, because a process that has computed with several threads must not fork.
"""

import ast
import contextlib
import ctypes
import importlib
import io
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Iterable

from ..protocol.messages import Fork, Kill, Killed, Load, decode, encode
from .huge_pages import use_huge_pages
from .job import serve_once
from .namespaces import enter, machine

# Of Linux's prctl.
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

MANY = 50  # forks: huge pages take as long as 30 forks gain by them; who has forked so often has a class to grade


def serve_forks(descriptor: int, isolated: bool = False) -> None:
    """Fork a worker for every job.

    Args:
        descriptor: A socket, on which `Load`, `Fork` and `Kill` come in.
        isolated: Bubblewrap holds this server; each job gets namespaces of its own in there.
    """
    control = socket.socket(fileno=descriptor)
    _process_control(PR_SET_CHILD_SUBREAPER, 1)  # what a child leaves running becomes ours, to be found and killed
    if isolated:
        machine()  # once, and not in every child
    child = forks = 0
    while True:
        content, streams, _, _ = socket.recv_fds(control, 1 << 20, 3)
        if not content:
            kill_children()
            os._exit(0)  # unloading the libraries would take a while
        match decode(content, Load, Fork, Kill):
            case Load(statements, module):
                _load(statements, module)
            case Fork():
                if (forks := forks + 1) % MANY == 0:
                    use_huge_pages()
                child = _fork(control, streams, isolated)
            case Kill(ended):
                status = _exit_status(child, 1.0 if ended else 0.0)
                kill_children()
                control.sendall(encode(Killed(status)))


def _load(statements: Iterable[str], module: str) -> None:
    for statement in statements:
        (node,) = ast.parse(statement).body
        if isinstance(node, ast.Import | ast.ImportFrom):  # nothing else, whoever asks for it
            with contextlib.suppress(Exception):  # the child meets it again and says whose it is
                exec(compile(ast.Module([node], []), "<imports>", "exec"), {})
    with contextlib.suppress(ModuleNotFoundError):
        importlib.import_module(module)


def _fork(control: socket.socket, streams: list[int], isolated: bool) -> int:
    """Start a child with these streams; returns its process id."""
    child = os.fork()
    if child:
        for stream in streams:
            os.close(stream)
        return child
    try:
        control.close()
        _process_control(PR_SET_PDEATHSIG, signal.SIGKILL)  # if a learner's code kills the server, its child goes too
        os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        _take(streams)
        if isolated:
            enter()
        serve_once()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(1)  # never, if all is well: a child ends with its job


def _take(streams: list[int]) -> None:
    """Make these the standard streams."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = io.TextIOWrapper(os.fdopen(0, "rb", closefd=False), encoding="utf-8")
    sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb", closefd=False), encoding="utf-8", line_buffering=True)
    sys.stderr = io.TextIOWrapper(os.fdopen(2, "wb", closefd=False), encoding="utf-8", line_buffering=True)


def _process_control(option: int, value: int) -> None:
    """Call Linux's prctl."""
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _exit_status(child: int, patience: float) -> int | None:
    """Give the exit status of a child that ends by itself within some seconds."""
    deadline = time.monotonic() + patience
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= deadline:
            return None
        time.sleep(0.01)


def kill_children() -> None:
    """Kill all children, and their children, which become ours when their parent is gone."""
    while children := _children():
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        for child in children:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child, 0)


def _children() -> list[int]:
    """List our children, also those that have ended; the system tells quickly that there are none."""
    import psutil

    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return []
    return [child.pid for child in psutil.Process().children()]
