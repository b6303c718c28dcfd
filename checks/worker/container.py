"""The first process of a container: it ends when the job does, or when nobody waits for the job any more.

A grader that is killed tells its engine nothing, and the engine lets a container run on. Its standard input is closed
then; and with the first process the system ends all others of a container.
"""

import os
import select
import signal


def serve() -> None:
    """Do one job in a child, and end as it does."""
    child = os.fork()
    if not child:
        from .job import serve_once  # the first process needs no libraries

        serve_once()
    if not _ends_first(child):
        os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os._exit(code if code >= 0 else 128 - code)  # as a shell tells of a signal


def _ends_first(child: int) -> bool:
    """Wait for the end of a child, or of whoever writes to our standard input; nothing of that is read here."""
    ended, waiting = os.pidfd_open(child), select.poll()
    waiting.register(ended, select.POLLIN)
    waiting.register(0, 0)  # a hang-up alone
    return any(descriptor == ended for descriptor, _ in waiting.poll())
