"""The manifest: what `course.toml` and the exercises' folders say about tasks and exercises, as frozen dataclasses."""

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

CHECKS = Path(__file__).parent
ROOT = CHECKS.parent
SOLUTIONS = ROOT / "solutions"
TUTORIAL = ROOT / "tutorial"
EXERCISES = CHECKS / "exercises"
STATE = ROOT / ".checks"  # what may be deleted at any time

RELEASE = "0.1.0.dev0"  # version of the course; `.dev0` until it is released
LOCAL_SEED = 0  # of a learner's own runs, so that feedback repeats; a class has a secret one


@dataclass(frozen=True)
class Exercise:
    """One exercise, without its checks.

    Attributes:
        exercise_id: Task and number, such as `1.1`.
        target: What the learner writes: `pooling.mean_pool`, `encoder.SentenceTransformer.project`.
        title: What the learner does.
        points: Earned when every check passes; most of them if only careful checks do not.
        difficulty: From 1 to 5.
        importance: From 1 to 5.
        minutes: How long it takes.
        hints: From a nudge to nearly there.
        parts: Private helpers of the target that the learner writes too, in the same file.
        seconds: Deadline of all its checks together.
    """

    exercise_id: str
    target: str
    title: str
    points: int
    difficulty: int
    importance: int
    minutes: int
    hints: tuple[str, ...]
    parts: tuple[str, ...] = ()
    seconds: float = 30.0

    @property
    def task(self) -> int:
        """Number of its task."""
        return int(self.exercise_id.partition(".")[0])

    @property
    def page(self) -> str:
        """Where the idea is explained."""
        return f"docs/task-{self.task}.md#exercise-{self.exercise_id.replace('.', '-')}"

    @property
    def folder(self) -> Path:
        """Where all of it stands: what is told of it, its checks, and the answers that prove them."""
        return EXERCISES / folder_name(self.exercise_id, self.target)

    @property
    def module(self) -> str:
        """Its folder as a package to import."""
        return f"{__package__}.{EXERCISES.name}.{self.folder.name}"

    @property
    def file(self) -> str:
        """Name of its file in `solutions/`, without the suffix."""
        return self.target.partition(".")[0]

    @property
    def path(self) -> tuple[str, ...]:
        """Where the target stands in its file: the class, if there is one, and the name."""
        return tuple(self.target.split(".")[1:])

    @property
    def paths(self) -> tuple[tuple[str, ...], ...]:
        """Where the target and its parts stand in their file."""
        return (self.path, *((part,) for part in self.parts))


@dataclass(frozen=True)
class Reward:
    """What works with the learner's own code once a task and those before it pass.

    Attributes:
        command: To be typed.
        shows: What is to be seen then.
    """

    command: str
    shows: str


@dataclass(frozen=True)
class Course:
    """All tasks and exercises, in order.

    Attributes:
        tasks: Number to title.
        exercises: Of all tasks.
        works: Share of its points that an exercise earns that works, but misses edges.
        rewards: By the number of the task; not every task has one.
    """

    tasks: dict[int, str]
    exercises: tuple[Exercise, ...]
    works: float
    rewards: dict[int, Reward] = field(default_factory=dict)

    def exercise(self, exercise_id: str) -> Exercise:
        """Find an exercise.

        Raises:
            ValueError: There is none with that id.
        """
        for exercise in self.exercises:
            if exercise.exercise_id == exercise_id:
                return exercise
        raise ValueError(f"exercise is {exercise_id!r}, but must be one of those that `checks list` shows, such as 1.1")

    def of_file(self, file: str) -> tuple[Exercise, ...]:
        """List the exercises whose target stands in a file."""
        return tuple(exercise for exercise in self.exercises if exercise.file == file)

    def others(self, exercise: Exercise) -> list[tuple[str, ...]]:
        """List the paths of all other exercises' definitions in the file of an exercise."""
        return [path for other in self.of_file(exercise.file) if other != exercise for path in other.paths]

    def points_if_it_works(self, exercise: Exercise) -> float:
        """Give the points of an exercise of which only careful checks do not pass."""
        return round(self.works * exercise.points, 1)

    def select(self, exercise_ids: tuple[str, ...] = (), task: int | None = None) -> tuple[Exercise, ...]:
        """Choose exercises: those with these ids, those of a task, or all.

        Raises:
            ValueError: There is no such exercise or task.
        """
        if task is not None and task not in self.tasks:
            raise ValueError(f"task is {task}, but must be one of {', '.join(map(str, self.tasks))}")
        wanted = [self.exercise(exercise_id) for exercise_id in exercise_ids]
        chosen = tuple(e for e in self.exercises if (not wanted or e in wanted) and (task is None or e.task == task))
        if not chosen:
            raise ValueError(f"no exercise of task {task} is among {', '.join(exercise_ids)}")
        return chosen


@cache
def load_course() -> Course:
    """Read the manifest."""
    manifest = tomllib.loads((CHECKS / "course.toml").read_text(encoding="utf-8"))
    tasks = manifest["task"]
    exercises = [_read_exercise(*line) for task in tasks for line in task["exercises"].items()]
    titles = {number: task["title"] for number, task in enumerate(tasks, start=1)}
    rewards = {number: Reward(**task["reward"]) for number, task in enumerate(tasks, start=1) if "reward" in task}
    return Course(titles, tuple(exercises), manifest["works"], rewards)


def _read_exercise(exercise_id: str, target: str) -> Exercise:
    path = EXERCISES / folder_name(exercise_id, target) / "exercise.toml"
    facts: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    lists = {name: tuple(value) for name, value in facts.items() if isinstance(value, list)}
    return Exercise(exercise_id, target, **{**facts, **lists})  # a wrong field is refused by its name


def folder_name(exercise_id: str, target: str) -> str:
    """Name an exercise's folder: `e4_2_multi_task_dataset` for 4.2 and `dataset.MultiTaskDataset`."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", target.rpartition(".")[2]).lower()
    return f"e{exercise_id.replace('.', '_')}_{name}"
