"""The verdict on an exercise: its status, what each check found, and what is wrong with it as a whole."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..course import Exercise
from ..protocol.codec import ObservationError, Raised, Seen, unpack
from ..protocol.messages import Ending, Reason, Verdict
from ..protocol.verdicts import CheckResult, Outcome, Part, Status
from .explain import explain
from .judge import read

ENDINGS = {
    Reason.TIMED_OUT: (
        Status.TIMED_OUT,
        "it was still running after {seconds:.0f} s: is there a loop that never ends?",
    ),
    Reason.OUT_OF_MEMORY: (Status.OUT_OF_MEMORY, "it asked for more memory than an exercise may use"),
    Reason.TOO_MUCH_OUTPUT: (Status.ERROR, "it printed more than an exercise may print: remove the print calls"),
    Reason.TOO_MANY_PROCESSES: (Status.ERROR, "it started more processes than an exercise may start"),
    Reason.EXITED: (Status.EXITED, "the process ended before the checks did (exit status {exit_status})"),
    Reason.NOT_READY: (Status.NOT_JUDGED, "after {seconds:.0f} s the libraries were not loaded: is the machine busy?"),
    Reason.NOT_STARTED: (Status.NOT_JUDGED, "the process that was to run it did not start"),
}


def verdict_on(exercise: Exercise, expected: Sequence[Mapping[str, Seen]], ending: Ending) -> Verdict:
    """Give the verdict on one exercise.

    Args:
        exercise: What was graded.
        expected: What the reference makes each check see.
        ending: What the worker observed, and how it ended.
    """
    if ending.error is not None:
        return _not_loaded(read_error(ending.error))
    observed = [read(content) for content in ending.observations]
    checks = explain(exercise, expected, observed)
    works = _works(checks)
    if ending.reason is not Reason.DONE:
        status, problem = ENDINGS[ending.reason]
        problem = problem.format(seconds=ending.seconds, exit_status=ending.exit_status)
        return Verdict(Status.WORKS if works else status, checks, problem)
    return Verdict(_status(checks, observed), checks)


def _works(checks: Sequence[CheckResult]) -> bool:
    """Tell whether all is well but what only careful checks see."""
    return all(check.verdict is Outcome.PASSED for check in checks if check.part is Part.WORKS)


def _status(checks: Sequence[CheckResult], observed: Sequence[Mapping[str, Seen]]) -> Status:
    """Give the status of an exercise whose worker has come to its end."""
    verdicts = [check.verdict for check in checks if check.verdict is not Outcome.PASSED]
    if not verdicts:
        return Status.PASSED
    if _works(checks):
        return Status.WORKS
    if any(_out_of_memory(seen) for seen in observed):
        return Status.OUT_OF_MEMORY
    return Status.ERROR if verdicts[0] is Outcome.ERROR else Status.FAILED


def _out_of_memory(seen: Mapping[str, Seen]) -> bool:
    return any(isinstance(case.value, Raised) and case.value.out_of_memory for case in seen.values())


def read_error(content: bytes) -> Any:
    """Read the error that kept the learner's module from being executed."""
    try:
        return unpack(content)
    except ObservationError as error:
        return Raised("ObservationError", str(error))


def _not_loaded(error: Any) -> Verdict:
    if not isinstance(error, Raised):
        return Verdict(Status.ERROR, problem="the file could not be loaded")
    problem = error.message if error.type == "NameError" else f"{error.type}: {error.message}"
    return Verdict(Status.ERROR, problem=problem, lines=error.lines)
