"""The diagnosis: which misconception makes the same mistakes. The cheapest evidence is looked at first."""

import re
import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ..course import Exercise
from ..protocol.messages import Diagnosed
from ..protocol.verdicts import CheckResult, Diagnosis, Outcome
from .compare import difference
from .expected import Expected, TimeIsUp
from .judge import judge_check, judge_checks, rules
from .misconceptions import load_misconceptions


class _Match(NamedTuple):
    """How well a misconception explains an answer, in the order of weight."""

    certain: bool
    explains_first: bool
    share: float
    shared: int


def diagnose(exercise: Exercise, expected: Expected, observed: Sequence[Any], seconds: float) -> Diagnosed:
    """Find the misconception that makes the same mistakes: all of them, or the first and most of its own.

    Args:
        exercise: What was answered.
        expected: Knows what the misconceptions make the checks see.
        observed: What the answer made them see.
        seconds: Time for what has to be computed.
    """
    search = _Search(exercise, expected, observed, time.monotonic() + seconds)
    try:
        for found in search.candidates():
            if found.certain:
                break
    except TimeIsUp:
        return Diagnosed(search.best, gave_up=True)
    return Diagnosed(search.best)


class _Search:
    """Compares an answer with one misconception after the other; the best so far is kept."""

    def __init__(self, exercise: Exercise, expected: Expected, observed: Sequence[Any], deadline: float) -> None:
        self.exercise, self.expected, self.deadline = exercise, expected, deadline
        self.reference = expected.reference(exercise)
        self.observed = observed[: len(self.reference)]
        self.mistakes = self._mistakes_of(self.observed)
        self.best: Diagnosis | None = None
        self.rank: _Match | None = None

    def candidates(self) -> Iterator[Diagnosis]:
        """Give every misconception that explains more than the ones before.

        All are tried on the first failed check: one that shares it outranks all that do not.
        """
        if not self.mistakes:
            return
        first = min(self.mistakes)
        numbers = range(len(load_misconceptions(self.exercise)))
        alike = [number for number in numbers if self._shares(number, first)]
        for group in (alike, [number for number in numbers if number not in alike]):
            for number in group:
                yield from self._compare(number)
            if self.best:
                return

    def _shares(self, number: int, index: int) -> bool:
        """Tell whether a misconception makes the mistake that one check has found."""
        wrong = self._see(number, index + 1)[index]
        theirs = judge_check(*rules(self.exercise)[index], self.reference[index], wrong)
        return theirs.verdict is not Outcome.PASSED and self._same(index, theirs, wrong)

    def _compare(self, number: int) -> Iterator[Diagnosis]:
        wrong = self._see(number)
        theirs = self._mistakes_of(wrong)
        both = theirs.keys() & self.mistakes.keys()
        shared = [index for index in both if self._same(index, theirs[index], wrong[index])]
        if 2 * len(shared) <= len(theirs):
            return
        complete = len(self.observed) == len(self.reference)
        certain = complete and len(shared) == len(theirs) == len(self.mistakes)
        rank = _Match(certain, min(self.mistakes) in shared, len(shared) / len(theirs), len(shared))
        if self.rank is None or rank > self.rank:
            misconception = load_misconceptions(self.exercise)[number]
            self.rank, self.best = rank, Diagnosis(misconception.name, misconception.hint, certain)
            yield self.best

    def _see(self, number: int, most: int | None = None) -> list[Any]:
        return self.expected.see(self.exercise, number, most, self.deadline)

    def _mistakes_of(self, observed: Sequence[Any]) -> dict[int, CheckResult]:
        results = judge_checks(self.exercise, self.reference, observed)
        return {index: result for index, result in enumerate(results) if result.verdict is not Outcome.PASSED}

    def _same(self, index: int, theirs: CheckResult, wrong: Any) -> bool:
        """Tell whether two mistakes look alike: equal observations or, in words, equal but for the numbers."""
        mine = self.mistakes[index]
        if mine.verdict is not theirs.verdict:
            return False
        check, judge = rules(self.exercise)[index]
        if judge or mine.verdict is Outcome.ERROR:
            return _without_numbers(mine.problem) == _without_numbers(theirs.problem)
        try:
            return difference(wrong, self.observed[index], check.slack) is None
        except Exception:
            return False


def _without_numbers(text: str) -> str:
    return re.sub(r"[-+]?\d+(\.\d+)?(e[-+]?\d+)?", "#", text)
