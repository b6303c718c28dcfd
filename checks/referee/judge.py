"""The verdict on a case: what came of it is compared with the reference's, or put before the check's own judge."""

import importlib
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..course import Exercise
from ..protocol.codec import ObservationError, Raised, Seen, unpack
from ..protocol.messages import Examine, Examined
from ..protocol.probe import WHOLE
from ..protocol.suite import Check, WrongForm, load_checks
from ..protocol.verdicts import CodeLine, Outcome
from .compare import Difference, describe, difference
from .errors import in_words

Judge = Callable[[Any, Any], str | None]


@dataclass(frozen=True)
class CaseResult:
    """What one case found.

    Attributes:
        label: Of the case.
        verdict: What it found.
        problem: What is wrong, in a sentence.
        difference: The first part that differs, where it was compared.
        cause: The exception that ended it, as Python says it.
        lines: The learner's own lines of a traceback, the innermost last.
    """

    label: str
    verdict: Outcome
    problem: str = ""
    difference: Difference | None = None
    cause: str = ""
    lines: tuple[CodeLine, ...] = ()


def read(content: bytes) -> dict[str, Seen]:
    """Read what a worker has seen in one check; what cannot be read is an error of the check."""
    try:
        seen = unpack(content)
    except ObservationError as error:
        return {WHOLE: Seen(Raised("ObservationError", str(error)))}
    if isinstance(seen, Raised):  # it could not be packed
        return {WHOLE: Seen(seen)}
    return {str(label): found for label, found in dict(seen).items() if isinstance(found, Seen)}


def judge_checks(
    exercise: Exercise, expected: Sequence[Mapping[str, Seen]], observed: Sequence[Mapping[str, Seen]]
) -> list[list[CaseResult]]:
    """Judge the cases of as many checks as were observed."""
    return [judge_cases(*rule, *pair) for rule, *pair in zip(rules(exercise), expected, observed, strict=False)]


@cache
def rules(exercise: Exercise) -> list[tuple[Check, Judge | None]]:
    """Give the checks of an exercise, each with its judge if it has one."""
    module = f"{exercise.module}.judges"
    judges: dict[Any, Judge] = importlib.import_module(module).JUDGES if importlib.util.find_spec(module) else {}
    return [(check, judges.get(check.observe)) for check in load_checks(exercise)]


def judge_cases(
    check: Check, judge: Judge | None, expected: Mapping[str, Seen], observed: Mapping[str, Seen]
) -> list[CaseResult]:
    """Judge the cases of one check; where it broke off, the next case is the one that did not come to its end."""
    broken = observed.get(WHOLE)
    results = []
    for label, wanted in expected.items():
        found = observed.get(label)
        if found is None:
            found, broken = broken, None
        results.append(_judge_case(check, judge, label, wanted, found) if found else _not_run(label))
    return results


def judge_one(exercise: Exercise, expected: Mapping[str, Seen], question: Examine) -> Examined:
    """Judge one case of a check alone.

    Args:
        exercise: What was tried.
        expected: What the reference makes the check see.
        question: What was seen in which case.
    """
    label = list(expected)[question.case]
    result = judge_cases(*rules(exercise)[question.check], {label: expected[label]}, read(question.seen))[0]
    return Examined(result.verdict, question.case + 1 == len(expected), len(rules(exercise)))


def _not_run(label: str) -> CaseResult:
    return CaseResult(label, Outcome.NOT_RUN)


def _judge_case(check: Check, judge: Judge | None, label: str, expected: Seen, observed: Seen) -> CaseResult:
    wanted, given = expected.value, observed.value
    if isinstance(given, Raised):
        verdict = Outcome.FAILED if given.type == WrongForm.__name__ else Outcome.ERROR
        return CaseResult(label, verdict, in_words(given), cause=f"{given.type}: {given.message}", lines=given.lines)
    if judge:
        objection = _ask(judge, wanted, given)
        return CaseResult(label, Outcome.FAILED if objection else Outcome.PASSED, objection or "")
    try:
        found = difference(wanted, given, check.slack, check.sees)
    except Exception:  # whatever a learner's code may send, only its own check may suffer
        problem = f"that is not what was asked for: got {type(given).__name__}"
        return CaseResult(label, Outcome.FAILED, problem)
    if found:
        return CaseResult(label, Outcome.FAILED, found.sentence, found)
    return CaseResult(label, Outcome.PASSED)


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
