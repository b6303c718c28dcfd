"""One job: read it, build the package under test, run the checks, send what they saw.

The job comes in on standard input, messages go out on standard output; whatever the learner's code prints ends up on
standard error.
"""

import contextlib
import io
import linecache
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

from ..course import SOLUTIONS, Exercise, load_course
from ..protocol.codec import Raised
from ..protocol.frames import read_frame, write_frame
from ..protocol.messages import Finished, Job, NotLoaded, Observed, Ready, decode, encode
from ..protocol.probe import PACKAGE, describe_error, observe, packed, set_state
from ..protocol.suite import load_checks
from ..source.definitions import split_lines
from ..source.graft import graft
from ..source.package import Package

LARGEST_FILE = 100 * 1024**2  # bytes

Send = Callable[[object], None]


def serve_once() -> None:
    """Do one job, and leave without any clean-up."""
    status = 1
    try:
        job, orders, send = _take_job()
        status = 0  # from here on, what goes wrong is the learner's
        if job.attempts:
            from .attempts import serve_attempts

            serve_attempts(job, orders, send)
        else:
            do_job(job, send)
    except BaseException:
        if status:  # it is ours, and nobody else would say it
            os.write(2, traceback.format_exc().encode(errors="backslashreplace"))
    finally:
        os._exit(status)


def _take_job() -> tuple[Job, BinaryIO, Send]:
    """Read the job, load its checks, and leave a learner's code no stream of ours."""
    orders = os.fdopen(os.dup(0), "rb")
    job = decode(read_frame(orders) or b"", Job)
    load_checks(load_course().exercise(job.exercise_id))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    frames = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115  # until the process ends
    _limit_memory(job.memory)
    return job, orders, lambda message: write_frame(frames, encode(message))


def _limit_memory(limit: int) -> None:
    """Let the system refuse memory beyond a limit, and large files, where it can."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def do_job(job: Job, send: Send) -> None:
    """Observe one exercise; says when the job is read, what each check saw, and when all is done."""
    send(Ready())
    used = _watch_for_solutions()
    _observe_all(load_course().exercise(job.exercise_id), job, send)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BaseException):  # whatever the learner's code has put there
            stream.flush()
    send(Finished(imports_solutions=bool(used)))


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


def _observe_all(exercise: Exercise, job: Job, send: Send) -> None:
    try:
        package, checks = load_package(exercise, job), load_checks(exercise)
    except BaseException as error:
        send(NotLoaded(packed(describe_error(error))))
        return
    for check in checks:
        seen = observe(check, package, exercise.exercise_id, job.seed)
        send(Observed(packed(seen)))
        if any(isinstance(case.value, Raised) and case.value.out_of_memory for case in seen.values()):
            return  # filling it again for every check takes long


def load_package(exercise: Exercise, job: Job) -> Package:
    """Build the package under test, and execute the learner's module.

    Raises:
        Exception: Whatever the learner's module raises.
    """
    show_lines(PACKAGE, job.learner)
    package = build_package(PACKAGE, exercise, job.learner, job.reference)
    set_state(exercise.exercise_id, job.seed)
    found = getattr(package, exercise.file)
    for name in exercise.path:
        if not hasattr(found, name):
            raise NameError(f"{'.'.join(exercise.path)} is missing in {exercise.file}.py")
        found = getattr(found, name)
    return package


def build_package(name: str, exercise: Exercise, learner: dict[str, str], reference: dict[str, str]) -> Package:
    """Build the package under test: the learner's exercise, with the reference of all others.

    Args:
        name: Of the package.
        exercise: The learner's.
        learner: The learner's files, name without suffix to text.
        reference: The reference's files, with the exercise as a stub.

    Raises:
        SyntaxError: The learner's text is no Python.
    """
    try:
        tree = graft(learner[exercise.file], reference[exercise.file], exercise.paths, load_course().others(exercise))
    except SyntaxError as error:
        error.filename = f"{name}/{exercise.file}.py"
        raise
    return Package(name, {**learner, **reference, exercise.file: tree}, learner)


def show_lines(package: str, learner: dict[str, str]) -> None:
    """Let tracebacks and warnings quote the learner's lines, which are in no file of that name."""
    for file, text in learner.items():
        name = f"{package}/{file}.py"
        linecache.cache[name] = (len(text), None, split_lines(text), name)
