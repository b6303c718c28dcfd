"""The verdict: each observation is compared with the reference's, or put before the check's own judge."""

import importlib
import importlib.util
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from ..course import Exercise
from ..protocol.codec import ObservationError, Raised, unpack
from ..protocol.messages import Ending, Reason, Verdict
from ..protocol.suite import Check, load_checks
from ..protocol.verdicts import CheckResult, Outcome, Status
from .compare import describe, difference

Judge = Callable[[Any, Any], str | None]

ENDINGS = {
    Reason.TIMED_OUT: (
        Status.TIMED_OUT,
        "it was still running after {seconds:.0f} s: is there a loop that never ends?",
    ),
    Reason.OUT_OF_MEMORY: (Status.OUT_OF_MEMORY, "it asked for more memory than an exercise may use"),
    Reason.TOO_MUCH_OUTPUT: (Status.ERROR, "it printed more than an exercise may print: remove the print calls"),
    Reason.EXITED: (Status.EXITED, "the process ended before the checks did (exit status {exit_status})"),
    Reason.NOT_READY: (Status.NOT_JUDGED, "after {seconds:.0f} s the libraries were not loaded: is the machine busy?"),
}


def judge(exercise: Exercise, expected: Sequence[Any], ending: Ending) -> Verdict:
    """Give the verdict on one exercise.

    Args:
        exercise: What was graded.
        expected: What the reference makes each check see.
        ending: What the worker observed, and how it ended.
    """
    if ending.error is not None:
        return _not_loaded(read(ending.error))
    observed = [read(content) for content in ending.observations]
    results = judge_checks(exercise, expected, observed)
    not_run = [CheckResult(check.claim, Outcome.NOT_RUN) for check in load_checks(exercise)[len(results) :]]
    checks = (*results, *not_run)
    if ending.reason is not Reason.DONE:
        status, problem = ENDINGS[ending.reason]
        return Verdict(status, checks, problem.format(seconds=ending.seconds, exit_status=ending.exit_status))
    return Verdict(_status(checks, observed), checks)


def _status(checks: Sequence[CheckResult], observed: Sequence[Any]) -> Status:
    """Give the status of an exercise whose worker has come to its end."""
    verdicts = [check.verdict for check in checks if check.verdict is not Outcome.PASSED]
    if not verdicts:
        return Status.PASSED
    if any(isinstance(seen, Raised) and seen.out_of_memory for seen in observed):
        return Status.OUT_OF_MEMORY
    return Status.ERROR if verdicts[0] is Outcome.ERROR else Status.FAILED


def read(content: bytes) -> Any:
    """Read what a worker sent; what cannot be read is an error of the check."""
    try:
        return unpack(content)
    except ObservationError as error:
        return Raised("ObservationError", str(error))


def _not_loaded(error: Any) -> Verdict:
    if not isinstance(error, Raised):
        return Verdict(Status.ERROR, problem="the file could not be loaded")
    problem = error.message if error.type == "NameError" else f"{error.type}: {error.message}"
    return Verdict(Status.ERROR, problem=problem, lines=error.lines)


def judge_checks(exercise: Exercise, expected: Sequence[Any], observed: Sequence[Any]) -> list[CheckResult]:
    """Judge as many checks as were observed."""
    return [judge_check(*rule, *pair) for rule, *pair in zip(rules(exercise), expected, observed, strict=False)]


@cache
def rules(exercise: Exercise) -> list[tuple[Check, Judge | None]]:
    """Give the checks of an exercise, each with its judge if it has one."""
    module = f"{exercise.module}.judges"
    judges: dict[Any, Judge] = importlib.import_module(module).JUDGES if importlib.util.find_spec(module) else {}
    return [(check, judges.get(check.observe)) for check in load_checks(exercise)]


def judge_check(check: Check, judge: Judge | None, expected: Any, observed: Any) -> CheckResult:
    """Judge one observation."""
    if isinstance(observed, Raised):
        problem = f"{observed.type}: {observed.message}" if observed.message else observed.type
        return CheckResult(check.claim, Outcome.ERROR, problem, lines=observed.lines)
    if judge:
        objection = _ask(judge, expected, observed)
        return CheckResult(check.claim, Outcome.FAILED if objection else Outcome.PASSED, objection or "")
    try:
        found = difference(expected, observed, check.slack)
    except Exception:  # whatever a learner's code may send, only its own check may suffer
        return CheckResult(
            check.claim, Outcome.FAILED, f"that is not what was asked for: got {type(observed).__name__}"
        )
    if found:
        return CheckResult(check.claim, Outcome.FAILED, found.problem, found.where, found.expected, found.observed)
    return CheckResult(check.claim, Outcome.PASSED)


def _ask(judge: Judge, expected: Any, observed: Any) -> str | None:
    """Ask a check's judge; one that cannot make sense of the observation has not been convinced."""
    try:
        return judge(observed, expected)
    except Exception:
        return f"that is not what was asked for: got {_described(observed)}"


def _described(value: Any) -> str:
    try:
        return describe(value)
    except Exception:  # a hostile value may not even let itself be described
        return f"a {type(value).__name__}"
