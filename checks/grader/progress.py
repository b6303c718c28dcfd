"""What a run has brought about: which tasks work now that did not before, and whether all exercises pass."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..course import load_course
from ..protocol.verdicts import Status
from ..source.files import Submission
from .history import History
from .results import ExerciseResult

WORKS = (Status.PASSED, Status.WORKS)
Statuses = Mapping[str, str]


@dataclass(frozen=True)
class News:
    """What was not so before.

    Attributes:
        works: Tasks that work now, and all before them.
        waits: Tasks that work now, but one before them does not.
        finished: All exercises of the course pass.
    """

    works: tuple[int, ...] = ()
    waits: tuple[int, ...] = ()
    finished: bool = False


class Progress:
    """Compares what is known now with what was known before.

    Args:
        history: As it is before the run.
    """

    def __init__(self, history: History) -> None:
        self.history = history
        self.before: Statuses = history.last_statuses()

    def news(self, submission: Submission, results: Mapping[str, ExerciseResult]) -> News:
        """Tell what results have brought about since the last time that this was asked.

        Args:
            submission: The learner's package.
            results: By exercise; what was not looked at now is taken from the history.
        """
        known = {exercise_id: str(result.status) for exercise_id, result in results.items()}
        if not any(status in WORKS and self.before.get(key) != status for key, status in known.items()):
            return News()
        before, self.before = self.before, {**self._remembered(submission, known), **known}
        done, first = working_tasks(self.before), tasks_in_a_row(self.before)
        waits = done - working_tasks(before) - first
        finished = all_pass(self.before) and not all_pass(before)
        return News(tuple(sorted(first - tasks_in_a_row(before))), tuple(sorted(waits)), finished)

    def _remembered(self, submission: Submission, known: Statuses) -> Statuses:
        others = [each for each in load_course().exercises if each.exercise_id not in known]
        return {each.exercise_id: self.history.status_of(submission, each) for each in others}


def working_tasks(statuses: Statuses) -> set[int]:
    """Give the tasks of which every exercise works."""
    course = load_course()
    return {
        task
        for task in course.tasks
        if all(statuses.get(exercise.exercise_id) in WORKS for exercise in course.select(task=task))
    }


def tasks_in_a_row(statuses: Statuses) -> set[int]:
    """Give the working tasks before the first that does not work."""
    working = working_tasks(statuses)
    return {task for task in working if all(earlier in working for earlier in load_course().tasks if earlier < task)}


def all_pass(statuses: Statuses) -> bool:
    """Tell whether every exercise of the course passes."""
    return all(statuses.get(exercise.exercise_id) == Status.PASSED for exercise in load_course().exercises)
