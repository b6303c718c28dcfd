"""The explanation of a verdict: each mistake once, the smallest case first, in words of the exercise."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..course import Exercise
from ..protocol.codec import Seen
from ..protocol.suite import Check, load_checks
from ..protocol.verdicts import CheckResult, Outcome
from .compare import without_numbers
from .contrast import contrast
from .judge import CaseResult, judge_checks
from .picture import draw
from .relate import relate
from .relations.pairs import Pair


def explain(
    exercise: Exercise, expected: Sequence[Mapping[str, Seen]], observed: Sequence[Mapping[str, Seen]]
) -> tuple[CheckResult, ...]:
    """Judge all checks, and say of each that does not pass what is wrong.

    Args:
        exercise: What was graded.
        expected: What the reference makes each check see.
        observed: What the answer made them see; fewer, if it did not come to its end.
    """
    results: list[CheckResult] = []
    judged = judge_checks(exercise, expected, observed)
    for check, cases, *seen in zip(load_checks(exercise), judged, expected, observed, strict=False):
        results.append(_folded(_explain_check(check, cases, *seen), results))
    not_run = [CheckResult(check.claim, Outcome.NOT_RUN, check.part) for check in load_checks(exercise)[len(judged) :]]
    return (*results, *not_run)


def _explain_check(
    check: Check, cases: Sequence[CaseResult], expected: Mapping[str, Seen], observed: Mapping[str, Seen]
) -> CheckResult:
    right = tuple(case.label for case in cases if case.verdict is Outcome.PASSED)
    failed = [case for case in cases if case.verdict in (Outcome.FAILED, Outcome.ERROR)]
    if not failed:
        verdict = Outcome.PASSED if len(right) == len(cases) else Outcome.NOT_RUN
        return CheckResult(check.claim, verdict, check.part, right=right)
    smallest, wrong = failed[0], tuple(case.label for case in failed)
    result = CheckResult(check.claim, smallest.verdict, check.part, smallest.problem, case=smallest.label)
    result = replace(result, right=right, wrong=wrong, contrast=contrast(_by_label(cases)), lines=smallest.lines)
    found = smallest.difference
    if found is None:
        return result
    picture = draw(*found.pair, found.where, expected[smallest.label].inputs, check.slack)
    relation = relate(_wrong_ones(wrong, expected, observed), check.sees, check.slack)
    return replace(result, expected=found.expected, observed=found.observed, picture=picture, relation=relation)


def _by_label(cases: Sequence[CaseResult]) -> dict[str, bool]:
    return {case.label: case.verdict is Outcome.PASSED for case in cases if case.verdict is not Outcome.NOT_RUN}


def _wrong_ones(labels: Sequence[str], expected: Mapping[str, Seen], observed: Mapping[str, Seen]) -> list[Pair]:
    pairs = [(expected[label], observed[label]) for label in labels if label in observed]
    return [Pair(one.value, other.value, one.inputs, other.changed, other.returned) for one, other in pairs]


def _folded(result: CheckResult, before: Sequence[CheckResult]) -> CheckResult:
    """Note the first check before this one that fails in the same way."""
    if result.problem:
        for earlier in before:
            if _manner(earlier) == _manner(result):
                return replace(result, like=earlier.like or earlier.claim)
    return result


def _manner(result: CheckResult) -> tuple[object, ...]:
    """Give what two checks share that fail in the same way.

    That is the same kind of exception at the same line, the same relation or the same wrong shape but for numbers, or
    else the same sentence.
    """
    if result.lines:
        line = result.lines[-1]
        return result.verdict, result.problem.partition(":")[0], line.file, line.number
    if result.relation or "expected shape" in result.problem:
        return result.verdict, without_numbers(result.relation or result.problem)
    return result.verdict, result.problem
