"""Is every tolerance between what equal answers differ by and what wrong answers differ by?"""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from .compare import distance
from .course import Exercise
from .exercise import load_suite
from .maintain import alternatives, splice
from .observations import Raised
from .referee import Referee

THREADS = (1, 2, 4)


class Tolerance(NamedTuple):
    """How a check's tolerance lies; distances are in tolerances, so that 1 is the border.

    Attributes:
        exercise: Its id.
        claim: The check's.
        spread: The largest distance of a correct answer from the reference: alternatives, and numbers of threads.
        nearest: The smallest distance of a misconception that this check rejects; infinite if all differ in kind.
    """

    exercise: str
    claim: str
    spread: float
    nearest: float


def measure(exercise: Exercise, referee: Referee) -> Iterator[Tolerance]:
    """Measure the tolerances of an exercise's checks; those with a judge have none."""
    text = referee.sources[exercise.file]
    answers = [text, *(splice(text, exercise, path.read_text(encoding="utf-8")) for path in alternatives(exercise))]
    equal = [referee.observations(exercise, answer, threads) for threads in THREADS for answer in answers]
    wrong = referee.wrong(exercise)
    for index, check in enumerate(load_suite(exercise.id).checks):
        if check.judge is None:
            expected = referee.expected(exercise)[index]
            spread = max(_distances(expected, equal, index))
            rejected = [far for far in _distances(expected, wrong, index) if far > check.slack]
            yield Tolerance(
                exercise.id, check.claim, spread / check.slack, min(rejected, default=math.inf) / check.slack
            )


def _distances(expected: Any, answers: Sequence[Sequence[Any]], index: int) -> list[float]:
    seen = [answer[index] for answer in answers]
    return [math.inf if isinstance(value, Raised) else distance(expected, value) for value in seen]
