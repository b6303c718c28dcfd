"""Work on many exercises, with as many warm graders at a time as two processors can feed."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

# Before any thread does: it replaces its own module as it is imported, and another thread would get the empty one.
import transformers  # noqa: F401

from ..course import Exercise
from ..grader.grading import Grader

T = TypeVar("T")


def share(exercises: Iterable[Exercise], work: Callable[[Grader, Exercise], T]) -> Iterator[T]:
    """Do some work on every exercise; gives what comes out, in order.

    All that belongs to one exercise goes through one grader, so what is expected is computed only once.
    """
    idle: SimpleQueue[Grader] = SimpleQueue()

    def take_turn(exercise: Exercise) -> T:
        grader = idle.get()
        try:
            return work(grader, exercise)
        finally:
            idle.put(grader)

    with ThreadPoolExecutor(max_workers=2) as pool, maintainers_grader() as first, maintainers_grader() as second:
        idle.put(first)
        idle.put(second)
        yield from pool.map(take_turn, exercises)


def maintainers_grader(folder: Path | None = None) -> Grader:
    """Give a grader that takes its time for a diagnosis.

    Args:
        folder: Where it keeps what the misconceptions make the checks see, for whoever needs that next.
    """
    return Grader(diagnosis=600.0, folder=folder)
