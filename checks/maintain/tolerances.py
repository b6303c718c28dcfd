"""Is every tolerance between what equal answers differ by and what wrong answers differ by?"""

import math
from collections.abc import Iterator
from typing import NamedTuple

from ..course import Exercise
from ..protocol.codec import Raised
from ..referee.compare import distance
from ..referee.expected import Expected, Observed
from ..referee.judge import rules
from ..referee.misconceptions import load_misconceptions
from .cases import alternatives, splice

THREADS = (1, 2, 4)


class Tolerance(NamedTuple):
    """How a check's tolerance lies; distances are in tolerances, so that 1 is the border.

    Attributes:
        exercise_id: Its id.
        claim: The check's.
        spread: The largest distance of a correct answer from the reference: alternatives, and numbers of threads.
        nearest: The smallest distance of a misconception that this check rejects; infinite if all differ in kind.
    """

    exercise_id: str
    claim: str
    spread: float
    nearest: float


def measure(exercise: Exercise, expected: Expected) -> Iterator[Tolerance]:
    """Measure the tolerances of an exercise's checks; those with a judge have none."""
    text = expected.sources[exercise.file]
    answers = [text, *(splice(text, exercise, path.read_text(encoding="utf-8")) for path in alternatives(exercise))]
    equal = [expected.of_text(exercise, answer, threads) for threads in THREADS for answer in answers]
    wrong = [expected.see(exercise, number) for number in range(len(load_misconceptions(exercise)))]
    for index, (check, judge) in enumerate(rules(exercise)):
        if judge is None:
            reference = expected.reference(exercise)[index]
            spread = max(max(_distances(reference, answer[index])) for answer in equal)
            far = [distance for answer in wrong for distance in _distances(reference, answer[index])]
            nearest = min((distance for distance in far if distance > check.slack), default=math.inf)
            yield Tolerance(exercise.exercise_id, check.claim, spread / check.slack, nearest / check.slack)


def _distances(expected: Observed, observed: Observed) -> list[float]:
    """Measure each case; one that was not seen, or did not come to its end, is infinitely far."""
    return [
        math.inf
        if label not in observed or isinstance(observed[label].value, Raised)
        else distance(seen.value, observed[label].value)
        for label, seen in expected.items()
    ]
