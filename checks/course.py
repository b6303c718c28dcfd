"""The manifest: what `course.toml` and `misconceptions/` say about tasks and exercises, as frozen dataclasses."""

import io
import tokenize
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
SOLUTIONS = HERE.parent / "solutions"
TUTORIAL = HERE.parent / "tutorial"


@dataclass(frozen=True)
class Misconception:
    """A mistake that people really make.

    Attributes:
        name: What was misunderstood, told of the code: `the padding was averaged too`.
        hint: The way out, without the solution.
        diff: The mistake, as a change of the reference: lines with `-` are replaced by lines with `+`.
    """

    name: str
    hint: str
    diff: str


@dataclass(frozen=True)
class Exercise:
    """One exercise, without its checks.

    Attributes:
        id: Task and number, such as `1.1`.
        title: What the learner does.
        target: What the learner writes: `pooling.mean_pool` or `encoder.SentenceTransformer.project`.
        points: Earned when every check passes.
        difficulty: From 1 to 5.
        importance: From 1 to 5.
        minutes: How long it takes.
        hints: From a nudge to nearly there.
        parts: Private helpers of the target that the learner writes too, in the same file.
        seconds: Deadline of all its checks together.
    """

    id: str
    title: str
    target: str
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
        return int(self.id.partition(".")[0])

    @property
    def page(self) -> str:
        """Where the idea is explained."""
        return f"docs/task-{self.task}.md#exercise-{self.id.replace('.', '-')}"

    @property
    def file(self) -> str:
        """Name of its file, without the suffix."""
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
class Course:
    """All tasks and exercises, in order."""

    tasks: dict[int, str]
    exercises: tuple[Exercise, ...]

    def exercise(self, id: str) -> Exercise:
        """Find an exercise.

        Raises:
            ValueError: There is none with that id.
        """
        for exercise in self.exercises:
            if exercise.id == id:
                return exercise
        raise ValueError(f"exercise is {id!r}, but must be one of those that `checks list` shows, such as 1.1")

    def of_file(self, file: str) -> tuple[Exercise, ...]:
        """List the exercises whose target stands in a file."""
        return tuple(exercise for exercise in self.exercises if exercise.file == file)


@cache
def load_course() -> Course:
    """Read the manifest."""
    manifest = tomllib.loads((HERE / "course.toml").read_text(encoding="utf-8"))
    tasks = {int(task["number"]): str(task["title"]) for task in manifest["task"]}
    return Course(tasks, tuple(_read_exercise(entry) for entry in manifest["exercise"]))


def _read_exercise(entry: dict[str, object]) -> Exercise:
    lists = {name: tuple(value) for name, value in entry.items() if isinstance(value, list)}
    return Exercise(**{**entry, **lists})  # type: ignore[arg-type]  # a wrong field is refused by its name


@cache
def load_misconceptions(exercise: Exercise) -> tuple[Misconception, ...]:
    """Read the known wrong answers of an exercise: for the referee only, as they quote the reference."""
    path = HERE / "misconceptions" / f"{exercise.file}.toml"
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get(exercise.id, []) if path.is_file() else []
    return tuple(Misconception(**entry) for entry in entries)


def python_files(folder: Path) -> list[Path]:
    """List the Python files of a package; not the locks and backups that editors hide beside them."""
    return [path for path in sorted(folder.glob("*.py")) if path.is_file() and not path.name.startswith(".")]


def decode(content: bytes) -> str:
    """Read a file's bytes as Python does, whatever its encoding and line ends; what cannot be read is replaced."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    except SyntaxError:
        encoding = "utf-8"
    return content.decode(encoding, errors="replace").replace("\r\n", "\n").replace("\r", "\n")


def read_sources(folder: Path) -> dict[str, str]:
    """Read the Python files of a package: file name without suffix to text."""
    return {path.stem: decode(path.read_bytes()) for path in python_files(folder)}
