"""The diagnosis: which misconception makes the same mistakes, case by case. The cheapest evidence is looked at first.

A misconception that goes wrong where the answer is right is contradicted, and not named. It is certain if it explains
every wrong case, and likely if it explains the first one and most of the others. Two are named together where each
explains cases that the other does not.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..course import Exercise
from ..protocol.messages import Diagnosed
from ..protocol.verdicts import Diagnosis, Outcome
from ..source.given import mistakes
from .compare import difference, without_numbers
from .expected import GIVEN, Expected, Observed, TimeIsUp
from .judge import CaseResult, judge_cases, judge_checks, rules
from .misconceptions import load_misconceptions

Place = tuple[int, str]  # a check's index, and a case


@dataclass(frozen=True)
class _Match:
    """A misconception that nothing contradicts, and the wrong cases that it explains."""

    diagnosis: Diagnosis
    explained: frozenset[Place]


def diagnose(exercise: Exercise, expected: Expected, observed: Sequence[Observed], seconds: float) -> Diagnosed:
    """Find the misconception, or the two, that make the same mistakes.

    Args:
        exercise: What was answered.
        expected: Knows what the misconceptions make the checks see.
        observed: What the answer made them see.
        seconds: Time for what has to be computed.
    """
    search = _Search(exercise, expected, observed, time.monotonic() + seconds)
    matches: list[_Match] = []
    try:
        for match in search.matches():
            if search.explains_all(match):
                return Diagnosed(replace(match.diagnosis, certain=search.complete))
            matches.append(match)
    except TimeIsUp:
        return Diagnosed(search.best_of(matches), gave_up=True)
    return Diagnosed(search.best_of(matches))


class _Search:
    """Compares an answer with one misconception after the other."""

    def __init__(self, exercise: Exercise, expected: Expected, observed: Sequence[Observed], deadline: float) -> None:
        self.exercise, self.expected, self.deadline = exercise, expected, deadline
        self.reference = expected.reference(exercise)
        self.observed = observed[: len(self.reference)]
        found = self._judged(self.observed)
        self.mistakes = _mistakes(found)
        self.right = {place for place, case in found.items() if case.verdict is Outcome.PASSED}
        self.complete = len(self.observed) == len(self.reference)

    def matches(self) -> Iterator[_Match]:
        """Give the misconceptions that explain something and that nothing contradicts.

        First come those that share the first wrong case.
        """
        if mistakes(self.exercise):
            self._forget_given()
        if not self.mistakes:
            return
        first = min(self.mistakes, key=self._order)
        numbers = range(len(load_misconceptions(self.exercise)))
        alike = [number for number in numbers if self._shares(number, first)]
        for number in [*alike, *(number for number in numbers if number not in alike)]:
            match = self._match(number)
            if match.explained:
                yield match

    def _forget_given(self) -> None:
        """Leave out the mistakes that were handed out: to find those is the exercise."""
        given = self._see(GIVEN)
        theirs = _mistakes(self._judged(given))
        same = {
            place for place in theirs.keys() & self.mistakes.keys() if self._same(place, theirs[place], given[place[0]])
        }
        self.mistakes = {place: case for place, case in self.mistakes.items() if place not in same}

    def explains_all(self, match: _Match) -> bool:
        """Tell whether a misconception explains every wrong case."""
        return match.explained == self.mistakes.keys()

    def best_of(self, matches: Sequence[_Match]) -> Diagnosis | None:
        """Give the diagnosis that explains the first wrong case and most of the others: one, or two together."""
        if not matches:
            return None
        first = min(self.mistakes, key=self._order)
        leading = [match for match in matches if first in match.explained]
        best = max(leading, key=lambda match: len(match.explained), default=None)
        if best is None:
            return None
        second = max(matches, key=lambda match: len(match.explained - best.explained))
        if second.explained - best.explained and best.explained - second.explained:
            both = best.explained | second.explained
            if self._are_most(both):
                certain = self.complete and both == self.mistakes.keys()
                return replace(best.diagnosis, certain=certain, second=replace(second.diagnosis, certain=certain))
        return best.diagnosis if self._are_most(best.explained) else None

    def _are_most(self, explained: frozenset[Place]) -> bool:
        return 2 * len(explained) > len(self.mistakes)

    def _order(self, place: Place) -> tuple[int, int]:
        index, label = place
        return index, list(self.reference[index]).index(label)

    def _shares(self, number: int, place: Place) -> bool:
        """Tell whether a misconception makes the mistake of one case."""
        index, label = place
        wrong = self._see(number, index + 1)[index]
        theirs = judge_cases(*rules(self.exercise)[index], self.reference[index], wrong)
        return any(case.label == label and self._same(place, case, wrong) for case in theirs)

    def _match(self, number: int) -> _Match:
        wrong = self._see(number)
        theirs = _mistakes(self._judged(wrong))
        misconception = load_misconceptions(self.exercise)[number]
        diagnosis = Diagnosis(misconception.name, misconception.hint, certain=False)
        if theirs.keys() & self.right:
            return _Match(diagnosis, frozenset())
        both = theirs.keys() & self.mistakes.keys()
        return _Match(diagnosis, frozenset(p for p in both if self._same(p, theirs[p], wrong[p[0]])))

    def _see(self, number: int, most: int | None = None) -> list[Observed]:
        return self.expected.see(self.exercise, number, most, self.deadline)

    def _judged(self, observed: Sequence[Observed]) -> dict[Place, CaseResult]:
        results = judge_checks(self.exercise, self.reference, observed)
        return {(index, case.label): case for index, cases in enumerate(results) for case in cases}

    def _same(self, place: Place, theirs: CaseResult, wrong: Observed) -> bool:
        """Tell whether two mistakes look alike: equal observations or, in words, equal but for the numbers."""
        mine, (index, label) = self.mistakes[place], place
        if mine.verdict is not theirs.verdict:
            return False
        check, judge = rules(self.exercise)[index]
        if judge or mine.cause or mine.difference is None or label not in wrong:
            texts = (case.cause or case.problem for case in (mine, theirs))
            return len(set(map(without_numbers, texts))) == 1
        try:
            return difference(wrong[label].value, self.observed[index][label].value, check.slack) is None
        except Exception:
            return False


def _mistakes(found: dict[Place, CaseResult]) -> dict[Place, CaseResult]:
    return {place: case for place, case in found.items() if case.verdict in (Outcome.FAILED, Outcome.ERROR)}
