"""Messages: what processes tell each other. Each is a frozen dataclass, and all go through one `encode` and `decode`.

| who | to whom | what |
|---|---|---|
| grader | worker | `Job`; while a repair is looked for, then an `Attempt` at a time, and `See` for each of its cases |
| worker | grader | `Ready`, then an `Observed` for each check or one `NotLoaded`, then `Finished` |
| worker | grader | to an `Attempt` or `See`: `Observed`, of one case, or `NotLoaded` |
| grader | fork server | `Load`, `Fork`, `Kill` |
| fork server | grader | `Killed` |
| grader | referee | `Remember`, `Prepare`, `Judge`, `Diagnose`, `Examine` |
| referee | grader | `Verdict`, `Diagnosed`, `Examined` or `Broken`; `Working` in between |
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from .verdicts import CheckResult, CodeLine, Diagnosis, Outcome, Status, printable

M = TypeVar("M")


class MessageError(Exception):
    """What arrived is no message, or none that is expected now."""


def encode(message: object) -> bytes:
    """Turn a message into bytes."""
    import msgspec

    return msgspec.msgpack.encode((type(message).__name__, message))


def with_printable_texts(message: M) -> M:
    """Replace what no terminal should be given in all texts of a message."""
    import msgspec

    return msgspec.convert(_printable(msgspec.to_builtins(message)), type(message))


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    return value


def decode(content: bytes, *kinds: type[M]) -> M:
    """Read a message.

    Args:
        content: What `encode` gave.
        kinds: Types of message that may come.

    Raises:
        MessageError: It is none of them.
    """
    import msgspec

    try:
        name, body = msgspec.msgpack.decode(content, type=tuple[str, msgspec.Raw])
        for kind in kinds:
            if kind.__name__ == name:
                return msgspec.msgpack.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise MessageError(str(error)) from None
    raise MessageError(f"a {name} is not expected")


# To and from a worker


@dataclass(frozen=True)
class Job:
    """What a worker observes: one exercise.

    Attributes:
        exercise_id: Which.
        seed: Of all checks' random numbers.
        memory: Bytes that it may use.
        learner: The learner's files, name without suffix to text.
        reference: The reference's files, with the exercise as a stub.
        attempts: It waits for other texts in the place of the learner's, and observes case by case.
    """

    exercise_id: str
    seed: int
    memory: int
    learner: dict[str, str]
    reference: dict[str, str]
    attempts: bool = False


@dataclass(frozen=True)
class Attempt:
    """Take another text for the exercise's file, load it, and observe the first case of a check."""

    text: str
    check: int


@dataclass(frozen=True)
class See:
    """Observe the next case of a check; the first one, if it is another check than before."""

    check: int


@dataclass(frozen=True)
class Ready:
    """The libraries are loaded and the job is read: from here on the learner's time counts."""


@dataclass(frozen=True)
class Observed:
    """What one check saw, packed."""

    seen: bytes


@dataclass(frozen=True)
class NotLoaded:
    """The learner's module could not be executed: the error, packed."""

    error: bytes


@dataclass(frozen=True)
class Finished:
    """The worker has come to its end. Its word can cost the learner points, but earn none."""

    imports_solutions: bool


# To and from the fork server


@dataclass(frozen=True)
class Load:
    """Execute some import statements before the next fork, and import the checks of an exercise."""

    statements: tuple[str, ...]
    module: str


@dataclass(frozen=True)
class Fork:
    """Fork a worker; its three streams come with the message."""


@dataclass(frozen=True)
class Kill:
    """End the worker and all that it left running; if its streams have ended, it may be about to end by itself."""

    ended: bool


@dataclass(frozen=True)
class Killed:
    """The worker's exit status if it ended by itself, negative for a signal."""

    exit_status: int | None


# To and from the referee


class Reason(StrEnum):
    """Why a worker's work ended."""

    DONE = "done"
    EXITED = "exited"
    TIMED_OUT = "timed out"
    OUT_OF_MEMORY = "out of memory"
    TOO_MUCH_OUTPUT = "too much output"
    TOO_MANY_PROCESSES = "too many processes"
    NOT_READY = "not ready"
    NOT_STARTED = "not started"


@dataclass(frozen=True)
class Ending:
    """How a worker ended, and what it has sent until then.

    Attributes:
        reason: Why it ended.
        observations: Packed, one for each check in turn.
        error: Packed, if the learner's module could not be executed.
        imports_solutions: The learner's code imported the reference.
        output: What the learner's code printed, up to the limit.
        seconds: Wall-clock time.
        exit_status: Of a process that ended by itself, negative for a signal.
    """

    reason: Reason
    observations: tuple[bytes, ...] = ()
    error: bytes | None = None
    imports_solutions: bool = False
    output: str = ""
    seconds: float = 0.0
    exit_status: int | None = None


@dataclass(frozen=True)
class Remember:
    """Keep what depends on no learner in a folder, and read it from there."""

    folder: str


@dataclass(frozen=True)
class Prepare:
    """Compute what is expected of an exercise, while a worker observes."""

    exercise_id: str


@dataclass(frozen=True)
class Judge:
    """Give the verdict on an exercise."""

    exercise_id: str
    ending: Ending
    seed: int | None = None  # another than that of the referee


@dataclass(frozen=True)
class Diagnose:
    """Look for the misconception behind the answer that was judged last, for some seconds."""

    seconds: float


@dataclass(frozen=True)
class Examine:
    """Judge one case of a check, by the check's number; it is the one after so many others."""

    exercise_id: str
    check: int
    case: int
    seen: bytes


@dataclass(frozen=True)
class Examined:
    """What one case found.

    Attributes:
        verdict: Of the case.
        last: It is the last one of its check.
        checks: How many the exercise has.
    """

    verdict: Outcome
    last: bool
    checks: int


@dataclass(frozen=True)
class Working:
    """The referee is still working; said every second, so that only its silence is taken for its end."""


@dataclass(frozen=True)
class Verdict:
    """The verdict: the status, what each check found, and what is wrong with the exercise as a whole."""

    status: Status
    checks: tuple[CheckResult, ...] = ()
    problem: str = ""
    lines: tuple[CodeLine, ...] = ()


@dataclass(frozen=True)
class Diagnosed:
    """The misconception, if one was found; or the time was up before all were compared."""

    diagnosis: Diagnosis | None
    gave_up: bool = False


@dataclass(frozen=True)
class Broken:
    """The referee itself has failed: its traceback."""

    details: str
