"""The process that runs a learner's code: it observes, sends what it saw, and decides nothing.

A job comes in on standard input, frames go out on standard output; whatever the learner's code prints ends up on
standard error. On Linux a fork server imports the libraries once and forks a fresh child for every job. It never
computes, because a process that has computed with several threads must not fork.
"""

import ast
import contextlib
import ctypes
import io
import json
import linecache
import os
import signal
import socket
import sys
import time
from typing import Any, BinaryIO

from .course import SOLUTIONS, Exercise, load_course
from .definitions import split_lines
from .exercise import load_suite
from .hybrid import Package, graft, is_stub
from .observations import pack
from .observing import PACKAGE, describe_error, is_out_of_memory, observe, set_state
from .wire import read_frame, write_frame

LARGEST_FILE = 100 * 1024**2  # bytes

# Of Linux's prctl.
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def serve_once() -> None:
    """Do one job: read it, run the checks, send a frame for each, and leave without any clean-up."""
    try:
        job = json.loads(read_frame(sys.stdin.buffer) or b"{}")
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        frames = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115  # until the process ends
        write_frame(frames, b"r")  # ready: from here on the learner's time counts
        _limit_memory(job["memory"])
        run_job(job, frames)
    finally:
        os._exit(0)


def _limit_memory(limit: int) -> None:
    """Let the system refuse memory beyond a limit, and large files, where it can."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class NotStarted(Exception):
    """The exercise is still the stub that was handed out."""


def run_job(job: dict[str, Any], frames: BinaryIO) -> None:
    """Observe one exercise.

    Args:
        job: The exercise's `id`, the `seed`, the `learner`'s sources and the `reference`'s, without the exercise.
        frames: Where one observation for each check goes, and at last a note of how it ended.
    """
    used = _watch_for_solutions()
    ended = _observe_all(load_course().exercise(job["id"]), job, frames)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BaseException):  # whatever the learner's code has put there
            stream.flush()
    note = {"ended": ended, "imports_solutions": bool(used)}
    write_frame(frames, b"e" + json.dumps(note).encode())


def _watch_for_solutions() -> set[str]:
    """Note from now on whether the learner's code imports the reference, or opens a file of it."""
    used: set[str] = set()
    folder = f"{SOLUTIONS}{os.sep}"

    def note(event: str, details: Any) -> None:
        name = os.fsdecode(details[0]) if details and isinstance(details[0], str | bytes) else ""
        if event == "import" and name.partition(".")[0] == SOLUTIONS.name:
            used.add("import")
        if event == "open" and os.path.abspath(name).startswith(folder):
            used.add("open")

    sys.addaudithook(note)
    return used


def _observe_all(exercise: Exercise, job: dict[str, Any], frames: BinaryIO) -> str:
    """Run all checks and send what they saw; returns how that ended."""
    try:
        package, checks = _load(exercise, job), load_suite(exercise.id).checks
    except NotStarted:
        return "not started"
    except BaseException as error:
        write_frame(frames, b"o" + pack(describe_error(error)))
        return "not loaded"
    for check in checks:
        seen = observe(check, package, exercise.id, job["seed"])
        write_frame(frames, b"o" + seen)
        if is_out_of_memory(seen):
            break  # filling it again for every check takes long
    return "done"


def _load(exercise: Exercise, job: dict[str, Any]) -> Package:
    """Build the hybrid and execute the learner's module.

    Raises:
        NotStarted: There is only the stub.
        Exception: Whatever the learner's module raises.
    """
    learner, reference = job["learner"], job["reference"]
    if exercise.file not in learner:
        raise FileNotFoundError(f"{exercise.file}.py is missing")
    _show_lines(learner)
    others = [path for other in load_course().of_file(exercise.file) if other != exercise for path in other.paths]
    try:
        tree = graft(learner[exercise.file], reference[exercise.file], exercise.paths, others)
    except SyntaxError as error:
        error.filename = f"{PACKAGE}/{exercise.file}.py"
        raise
    if is_stub(tree, reference[exercise.file], exercise.path):
        raise NotStarted
    package = Package(PACKAGE, {**learner, **reference, exercise.file: tree}, learner)
    set_state(exercise.id, job["seed"])
    found = getattr(package, exercise.file)
    for name in exercise.path:
        if not hasattr(found, name):
            raise NameError(f"{'.'.join(exercise.path)} is missing in {exercise.file}.py")
        found = getattr(found, name)
    return package


def _show_lines(learner: dict[str, str]) -> None:
    """Let tracebacks and warnings quote the learner's lines, which are in no file of that name."""
    for file, text in learner.items():
        name = f"{PACKAGE}/{file}.py"
        linecache.cache[name] = (len(text), None, split_lines(text), name)


def serve_forks(descriptor: int) -> None:
    """Fork a child for every job.

    Args:
        descriptor: A socket. A message `imports` names the statements to execute before the first fork that needs
            them, `fork` comes with the child's three streams, `kill` ends the child and all that it left running.
    """
    control = socket.socket(fileno=descriptor)
    _process_control(PR_SET_CHILD_SUBREAPER, 1)  # what a child leaves running becomes ours, to be found and killed
    child = 0
    while True:
        message, streams, _, _ = socket.recv_fds(control, 1 << 20, 3)
        if not message:
            kill_children()
            os._exit(0)  # unloading the libraries would take a while
        order = json.loads(message)
        if order["do"] == "imports":
            _import(order["statements"], order["file"])
        elif order["do"] == "fork":
            child = _fork(control, streams)
        else:
            status = _exit_status(child, 1.0 if order["ended"] else 0.0)
            kill_children()
            control.sendall(json.dumps({"exit": status}).encode())


def _import(statements: list[str], file: str) -> None:
    for statement in statements:
        (node,) = ast.parse(statement).body
        if isinstance(node, ast.Import | ast.ImportFrom):  # nothing else, whoever asks for it
            with contextlib.suppress(Exception):  # the child meets it again and says whose it is
                exec(compile(ast.Module([node], []), "<imports>", "exec"), {})
    with contextlib.suppress(ModuleNotFoundError):
        __import__(f"{__package__}.exercises.{file}")


def _fork(control: socket.socket, streams: list[int]) -> int:
    """Start a child with these streams; returns its process id."""
    child = os.fork()
    if child:
        for stream in streams:
            os.close(stream)
        return child
    control.close()
    _process_control(PR_SET_PDEATHSIG, signal.SIGKILL)  # if a learner's code kills the server, its child goes too
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = io.TextIOWrapper(os.fdopen(0, "rb", closefd=False), encoding="utf-8")
    sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb", closefd=False), encoding="utf-8", line_buffering=True)
    sys.stderr = io.TextIOWrapper(os.fdopen(2, "wb", closefd=False), encoding="utf-8", line_buffering=True)
    serve_once()
    return 0  # never: a child ends with its job


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
    import psutil

    while children := psutil.Process().children():
        for child in children:
            with contextlib.suppress(psutil.Error):
                child.kill()
        for child in children:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child.pid, 0)
