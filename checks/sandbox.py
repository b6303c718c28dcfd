"""Running one job within limits: a deadline, memory and output, all enforced from outside."""

import contextlib
import queue
import threading
import time
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from .processes import Process
from .wire import WireError, read_frame, write_frame

POLLING = 0.2  # seconds
STARTUP = 120  # seconds to import the libraries
MOST_FRAMES = 200
MOST_BYTES = 256 * 1024**2
SIGKILL = 9


@dataclass(frozen=True)
class Limits:
    """What one exercise may use.

    Attributes:
        seconds: Wall-clock time; None for the exercise's own deadline.
        memory: Bytes.
        output: Bytes printed.
    """

    seconds: float | None = None
    memory: int = 2 * 1024**3
    output: int = 1024**2


class Ending(NamedTuple):
    """How a job ended.

    Attributes:
        reason: `done`, `exited`, `timed out`, `out of memory` or `too much output`.
        frames: What the worker sent.
        output: What the learner's code printed, up to the limit.
        seconds: Wall-clock time.
        exit_status: Of a process that ended by itself, negative for a signal.
    """

    reason: str
    frames: list[bytes]
    output: str
    seconds: float
    exit_status: int | None


def run(process: Process, job: bytes, limits: Limits, seconds: float) -> Ending:
    """Give a process its job and wait until it is done, ends, or breaks a limit.

    Args:
        process: Waits for its job.
        job: Goes to its standard input, as a frame.
        limits: What it may use.
        seconds: Its deadline.
    """
    started = time.monotonic()
    events: queue.Queue[bytes | str] = queue.Queue()
    printed = bytearray()
    threads = [
        threading.Thread(target=_send, args=(process.stdin, job), daemon=True),
        threading.Thread(target=_receive, args=(process.stdout, events), daemon=True),
        threading.Thread(target=_collect, args=(process.stderr, printed, limits.output, events), daemon=True),
    ]
    frames: list[bytes] = []
    reason, status = "interrupted", None
    try:
        for thread in threads:
            thread.start()
        reason = _wait(process, events, limits, seconds, frames)
    finally:
        status = process.kill(ended=reason == "exited")
        for thread in threads:
            thread.join(timeout=2)
        for stream in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(OSError):
                stream.close()
    if reason == "exited" and status == -SIGKILL:
        reason = "out of memory"  # it was not us, so it was the system
    text = bytes(printed[: limits.output]).decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    return Ending(reason, frames, text, time.monotonic() - started, status)


def _wait(
    process: Process, events: "queue.Queue[bytes | str]", limits: Limits, seconds: float, frames: list[bytes]
) -> str:
    """Collect frames until the last one, or until something goes wrong; returns the reason for ending.

    The deadline counts from the first frame, which says that the libraries are loaded and the job is read.
    """
    deadline = time.monotonic() + STARTUP
    ready = False
    while len(frames) <= MOST_FRAMES:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            return "timed out"
        try:
            event = events.get(timeout=min(POLLING, remaining))
        except queue.Empty:
            if process.memory() > limits.memory:
                return "out of memory"
            continue
        if isinstance(event, str):
            return event
        if not ready:
            ready, deadline = True, time.monotonic() + seconds
            continue
        frames.append(event)
        if event[:1] == b"e":
            return "done"
    return "exited"


def _send(stream: BinaryIO, job: bytes) -> None:
    with contextlib.suppress(OSError, ValueError):
        write_frame(stream, job)


def _receive(stream: BinaryIO, events: "queue.Queue[bytes | str]") -> None:
    received = 0
    with contextlib.suppress(OSError, ValueError, WireError):
        while received <= MOST_BYTES and (frame := read_frame(stream)) is not None:
            received += len(frame)
            events.put(frame)
    events.put("exited")


def _collect(stream: BinaryIO, printed: bytearray, most: int, events: "queue.Queue[bytes | str]") -> None:
    with contextlib.suppress(OSError, ValueError):
        while part := stream.read(65536):
            printed += part[: most + 1 - len(printed)]
            if len(printed) > most:
                events.put("too much output")
                return
