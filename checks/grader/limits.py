"""One job within limits: a deadline, memory and output, all enforced from outside."""

import contextlib
import queue
import threading
import time
from dataclasses import dataclass
from typing import BinaryIO

from ..protocol.frames import FrameError, read_frame, require_fitting, write_frame
from ..protocol.messages import (
    Ending,
    Finished,
    Job,
    MessageError,
    NotLoaded,
    Observed,
    Ready,
    Reason,
    decode,
    encode,
)
from .processes import Process, without_interrupts

POLLING = 0.2  # seconds
STARTUP = 300  # seconds to import the libraries on the busiest of machines
MOST_OBSERVATIONS = 200
MOST_BYTES = 48 * 1024**2  # together: they go to the referee in one frame
SIGKILL = 9


@dataclass(frozen=True)
class Limits:
    """What one exercise may use.

    Attributes:
        seconds: Wall-clock time; None for the exercise's own deadline.
        memory: Bytes.
        output: Bytes printed.
        processes: All that it starts, and itself.
    """

    seconds: float | None = None
    memory: int = 2 * 1024**3
    output: int = 1024**2
    processes: int = 64


def observe(process: Process, job: Job, limits: Limits, seconds: float) -> Ending:
    """Give a worker its job and wait until it is done, ends, or breaks a limit.

    Args:
        process: Waits for its job.
        job: Goes to its standard input.
        limits: What it may use.
        seconds: Its deadline.

    Raises:
        FrameError: The job is too large to be sent.
    """
    started = time.monotonic()
    work, content = _Work(process, limits, seconds), encode(job)
    threads = [
        threading.Thread(target=send, args=(process.stdin, content), daemon=True),
        threading.Thread(target=receive, args=(process.stdout, work.events), daemon=True),
        threading.Thread(target=collect, args=(process.stderr, work.printed, limits.output, work.events), daemon=True),
    ]
    reason, status = Reason.NOT_READY, None
    try:
        require_fitting(content)  # the thread that sends it could tell nobody
        for thread in threads:
            thread.start()
        reason = work.follow()
    finally:
        with without_interrupts():
            status = process.kill(reason is Reason.EXITED, work.started)
        for thread in threads:
            if thread.ident:
                thread.join(timeout=2)
        for stream in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(OSError):
                stream.close()
    if reason is Reason.EXITED and status == -SIGKILL:
        reason = Reason.OUT_OF_MEMORY  # it was not us, so it was the system
    return work.ending(reason, time.monotonic() - started, status)


class _Work:
    """What a worker has done so far."""

    def __init__(self, process: Process, limits: Limits, seconds: float) -> None:
        self.process, self.limits, self.seconds = process, limits, seconds
        self.events: queue.Queue[bytes | Reason] = queue.Queue()
        self.printed = bytearray()
        self.observations: list[bytes] = []
        self.error: bytes | None = None
        self.finished = Finished(imports_solutions=False)
        self.started = False
        self.look_at = time.monotonic() + POLLING  # when what it uses is looked at again

    def follow(self) -> Reason:
        """Collect messages until the last one, or until something goes wrong; returns the reason for ending.

        The deadline counts from the first message, which says that the libraries are loaded and the job is read.
        """
        event = self._next(time.monotonic() + STARTUP, late=Reason.NOT_READY)
        deadline = time.monotonic() + self.seconds
        self.started = not isinstance(event, Reason)
        if event is Reason.EXITED:
            return Reason.NOT_STARTED  # nothing of the learner's has run yet
        while not isinstance(event, Reason):
            event = self._take(event) or self._next(deadline, late=Reason.TIMED_OUT)
        return event

    def _next(self, deadline: float, late: Reason) -> bytes | Reason:
        """Wait for the next message, or the reason why none will come."""
        while (remaining := deadline - time.monotonic()) > 0:
            if reason := self._too_much():
                return reason
            with contextlib.suppress(queue.Empty):
                return self.events.get(timeout=min(POLLING, remaining))
        return late

    def _too_much(self) -> Reason | None:
        """Look at what the worker uses, by the clock: however many messages come."""
        if (now := time.monotonic()) < self.look_at:
            return None
        used, self.look_at = self.process.used(), now + POLLING
        if used.memory > self.limits.memory:
            return Reason.OUT_OF_MEMORY
        return Reason.TOO_MANY_PROCESSES if used.processes > self.limits.processes else None

    def _take(self, content: bytes) -> Reason | None:
        """Note what a message says; a reason if it is the last one."""
        try:
            message = decode(content, Ready, Observed, NotLoaded, Finished)
        except MessageError:
            return Reason.EXITED  # no worker of ours says such a thing
        match message:
            case Observed(seen):
                self.observations.append(seen)
            case NotLoaded(error):
                self.error = error
            case Finished():
                self.finished = message
                return Reason.DONE
        return Reason.EXITED if len(self.observations) > MOST_OBSERVATIONS else None

    def ending(self, reason: Reason, seconds: float, exit_status: int | None) -> Ending:
        """Sum up."""
        text = bytes(self.printed[: self.limits.output]).decode(errors="replace")
        output = text.replace("\r\n", "\n").replace("\r", "\n")
        used = self.finished.imports_solutions
        return Ending(reason, tuple(self.observations), self.error, used, output, seconds, exit_status)


def send(stream: BinaryIO, content: bytes) -> None:
    """Write a frame to a process that may be gone."""
    with contextlib.suppress(OSError, ValueError):
        write_frame(stream, content)


def receive(stream: BinaryIO, events: "queue.Queue[bytes | Reason]") -> None:
    """Collect a process's frames, up to a limit; then say that it has ended."""
    received = 0
    with contextlib.suppress(OSError, ValueError, FrameError):
        while (frame := read_frame(stream)) is not None and (received := received + len(frame)) <= MOST_BYTES:
            events.put(frame)
    events.put(Reason.EXITED)


def collect(stream: BinaryIO, printed: bytearray, most: int, events: "queue.Queue[bytes | Reason]") -> None:
    """Collect what a process prints, up to a limit."""
    with contextlib.suppress(OSError, ValueError):
        while part := stream.read(65536):
            printed += part[: most + 1 - len(printed)]
            if len(printed) > most:
                events.put(Reason.TOO_MUCH_OUTPUT)
                return
