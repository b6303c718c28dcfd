"""A process that tries one text after another in the place of a learner's; it is replaced when it ends or hangs."""

import contextlib
import queue
import threading
import time
from dataclasses import replace

from ..protocol.messages import Attempt, Job, MessageError, Observed, Reason, See, decode, encode
from .limits import POLLING, STARTUP, Limits, collect, receive, send
from .processes import Process, Sandbox, without_interrupts


class Attempts:
    """Texts that are tried in one process.

    Args:
        sandbox: Where it runs; nothing else may run there at the same time.
        job: Which exercise, and all other files.
        limits: What it may use.
        patience: Seconds without an answer after which a text is given up.
    """

    def __init__(self, sandbox: Sandbox, job: Job, limits: Limits, patience: float) -> None:
        self.sandbox, self.limits, self.patience = sandbox, limits, patience
        self.job = replace(job, attempts=True)
        self.process: Process | None = None
        self.events: queue.Queue[bytes | Reason] = queue.Queue()

    def start(self) -> bool:
        """Start the process, if there is none; tells whether it is ready."""
        if self.process is None:
            self.process, self.events = self.sandbox.start(), queue.Queue()
            for target, arguments in (
                (receive, (self.process.stdout, self.events)),
                (collect, (self.process.stderr, bytearray(), self.limits.output, self.events)),
            ):
                threading.Thread(target=target, args=arguments, daemon=True).start()
            return self._ask(self.job, STARTUP) is not None
        return True

    def first(self, text: str, check: int) -> bytes | None:
        """Let the process take another text, and observe the first case of a check; None if nothing comes."""
        return self._seen(Attempt(text, check)) if self.start() else None

    def next(self, check: int) -> bytes | None:
        """Observe the next case of a check; None if nothing comes."""
        return self._seen(See(check))

    def _seen(self, order: object) -> bytes | None:
        with contextlib.suppress(MessageError):
            return decode(self._ask(order, self.patience) or b"", Observed).seen
        return None

    def _ask(self, order: object, seconds: float) -> bytes | None:
        """Give an order and wait for the answer; without one, the process is ended."""
        process = self.process
        if process is None:
            return None
        threading.Thread(target=send, args=(process.stdin, encode(order)), daemon=True).start()
        deadline = time.monotonic() + seconds
        while (remaining := deadline - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                event = self.events.get(timeout=min(POLLING, remaining))
                if isinstance(event, Reason):
                    break
                return event
            if process.used().memory > self.limits.memory:
                break
        self.close()
        return None

    def close(self) -> None:
        """End the process; the next text gets another one."""
        process, self.process = self.process, None
        if process:
            with without_interrupts():
                process.kill(ended=False)
            for stream in (process.stdin, process.stdout, process.stderr):
                with contextlib.suppress(OSError):
                    stream.close()
