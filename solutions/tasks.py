"""What there is once for each of the two tasks."""

from collections.abc import Callable, Iterator
from typing import Generic, Literal, NamedTuple, TypeVar

# The label of a sentence that has none for a task: what cross-entropy ignores if not told otherwise.
UNLABELLED = -100

Task = Literal["taskA", "taskB"]  # the keys of a metrics dictionary
TASK_NAMES: dict[Task, str] = {"taskA": "Task A", "taskB": "Task B"}

T = TypeVar("T", covariant=True)
U = TypeVar("U")


class Pair(NamedTuple, Generic[T]):
    """The same thing for both tasks; unpacks into task A's and task B's."""

    taskA: T
    taskB: T

    def items(self) -> Iterator[tuple[Task, T]]:
        """Go through both, each with its task's key in a metrics dictionary."""
        return zip(TASK_NAMES, self, strict=True)

    def map(self, function: Callable[[T], U]) -> "Pair[U]":
        """Apply a function to both."""
        return Pair(function(self.taskA), function(self.taskB))
