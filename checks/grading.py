"""Grading one package: the learner's code in a sandbox, the verdict from the referee, one record from both."""

import contextlib
import hashlib
import importlib.metadata
import json
import platform
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .course import SOLUTIONS, Exercise, decode, load_course, python_files, read_sources
from .hybrid import imports_of
from .processes import Sandbox, open_sandbox, start_trusted
from .results import ExerciseResult, Result, exercise_from_dict
from .sandbox import Ending, Limits, run
from .stubs import stub_source
from .wire import WireError, read_frame, write_frame

LOCAL_SEED = 0
LARGEST_FILE = 1024**2
PATIENCE = 120  # seconds for a verdict


@dataclass(frozen=True)
class Submission:
    """A package to grade: its path, and for each file name without suffix its text and its hash."""

    path: str
    sources: dict[str, str]
    files: dict[str, str] = field(default_factory=dict)


def read_submission(folder: Path) -> Submission:
    """Read a package.

    Raises:
        ValueError: The folder holds no Python file, or one that is too large.
    """
    files = python_files(folder)
    if not files:
        raise ValueError(f"package is {str(folder)!r}, but there are no Python files in it")
    for file in files:
        if file.stat().st_size > LARGEST_FILE:
            raise ValueError(f"{file} has {file.stat().st_size} bytes, but a file may have {LARGEST_FILE}")
    contents = {file: file.read_bytes() for file in files}
    return Submission(
        str(folder),
        {file.stem: decode(content) for file, content in contents.items()},
        {file.name: hashlib.sha256(content).hexdigest() for file, content in contents.items()},
    )


class Grader:
    """Grades packages; its processes stay warm until it is closed.

    Args:
        limits: What one exercise may use; the usual, if not given.
        seed: Of all checks: always the same for a learner, so that feedback repeats; a secret one for a class.
        sandbox: Where learners' code runs; the best that this system has, if not given. The grader closes it.
    """

    def __init__(self, limits: Limits | None = None, seed: int = LOCAL_SEED, sandbox: Sandbox | None = None) -> None:
        self.limits = limits or Limits()
        self.seed = seed
        self.reference = read_sources(SOLUTIONS)
        self.sandbox = sandbox or open_sandbox()
        self._start_referee()

    def _start_referee(self) -> None:
        self.referee = start_trusted("referee", f"serve({self.seed})")
        self.requests: Any = self.referee.stdin
        self.answers: Any = self.referee.stdout

    def __enter__(self) -> "Grader":
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def close(self) -> None:
        """End all processes."""
        self.sandbox.close()
        self._end_referee()

    def _end_referee(self) -> None:
        self.referee.kill()
        self.referee.wait()
        for stream in (self.requests, self.answers):
            with contextlib.suppress(BrokenPipeError):
                stream.close()

    def grade(self, submission: Submission, exercises: Iterable[Exercise]) -> Iterator[ExerciseResult]:
        """Grade exercises one after the other."""
        for exercise in exercises:
            self._ask({"do": "prepare", "id": exercise.id})
            yield self._judge(exercise, self._observe(submission, exercise))

    def _observe(self, submission: Submission, exercise: Exercise) -> Ending:
        text = self.reference[exercise.file]
        reference = {**self.reference, exercise.file: stub_source(text, (exercise,))}
        job = {
            "id": exercise.id,
            "seed": self.seed,
            "memory": self.limits.memory,
            "learner": submission.sources,
            "reference": reference,
        }
        self.sandbox.prepare(imports_of(reference, exercise.file), exercise.file)
        seconds = self.limits.seconds or exercise.seconds
        return run(self.sandbox.start(), json.dumps(job).encode(), self.limits, seconds)

    def _judge(self, exercise: Exercise, ending: Ending) -> ExerciseResult:
        verdict = self._verdict(exercise, ending)
        if verdict is None:  # a learner's code has killed or stopped the referee; it can do so only once
            self._end_referee()
            self._start_referee()
            verdict = self._verdict(exercise, ending) or {"bug": "the referee has ended twice"}
        if "bug" in verdict:
            raise RuntimeError(f"exercise {exercise.id} cannot be judged; report this as a bug: {verdict['bug']}")
        return exercise_from_dict(verdict)

    def _verdict(self, exercise: Exercise, ending: Ending) -> dict[str, Any] | None:
        """Ask the referee; None if it does not answer."""
        how = {key: value for key, value in ending._asdict().items() if key != "frames"}
        watchdog = threading.Timer(PATIENCE, self.referee.kill)
        watchdog.start()
        try:
            self._ask({"do": "judge", "id": exercise.id, "frames": len(ending.frames), "ending": how}, ending.frames)
            answer = read_frame(self.answers)
        except WireError:
            return None
        finally:
            watchdog.cancel()
        verdict: dict[str, Any] | None = json.loads(answer) if answer else None
        return verdict

    def _ask(self, order: dict[str, Any], frames: Iterable[bytes] = ()) -> None:
        with contextlib.suppress(BrokenPipeError):  # the missing answer says it
            for frame in (json.dumps(order).encode(), *frames):
                write_frame(self.requests, frame)


def record(submission: Submission, exercises: Iterable[ExerciseResult]) -> Result:
    """Make the result record of a graded package."""
    return Result(
        submission.path,
        tuple(exercises),
        submission.files,
        platform.python_version(),
        importlib.metadata.version("torch"),
        f"{platform.system()} {platform.machine()}, Python {sys.implementation.name}",
    )


def select(ids: Iterable[str] = (), task: int | None = None) -> tuple[Exercise, ...]:
    """Choose exercises: those with these ids, those of a task, or all.

    Raises:
        ValueError: There is no such exercise or task.
    """
    course = load_course()
    if task is not None and task not in course.tasks:
        raise ValueError(f"task is {task}, but must be one of {', '.join(map(str, course.tasks))}")
    wanted = {course.exercise(id) for id in ids}
    chosen = tuple(e for e in course.exercises if (not wanted or e in wanted) and (task is None or e.task == task))
    if not chosen:
        raise ValueError(f"no exercise of task {task} is among {', '.join(exercise.id for exercise in wanted)}")
    return chosen
