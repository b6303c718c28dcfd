"""One run over a package: what is known at once, then what has to be graded, each shown as it comes.

What starts processes is imported only where something has to be graded.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from .course import LOCAL_SEED, STATE, TUTORIAL, Exercise
from .grader.reading import read_result
from .grader.results import ExerciseResult, Tell
from .protocol.verdicts import Status
from .source.files import read_submission

if TYPE_CHECKING:
    from .grader.grading import Grader
    from .grader.kept import Kept

EXPECTED = STATE / "expected"
RESULTS = STATE / "results"


class Format(StrEnum):
    """Forms of the result."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"


@dataclass(frozen=True)
class Wish:
    """What was asked for.

    Attributes:
        exercises: To be checked.
        package: Folder with the answers; the learner's own tutorial, if None.
        format: Of the result.
        seconds: For each exercise, if not its own deadline.
        fresh: Grade even what was graded before.
    """

    exercises: tuple[Exercise, ...]
    package: Path | None = None
    format: Format = Format.TEXT
    seconds: float | None = None
    fresh: bool = False

    @property
    def is_single(self) -> bool:
        """One exercise is asked for: then even a given program that nobody has touched is run."""
        return len(self.exercises) == 1

    @property
    def is_own(self) -> bool:
        """A learner looks at their own tutorial as it is: only there, what was found out before is believed."""
        return self.package is None and self.format is Format.TEXT and self.seconds is None


class Run:
    """A package, what is known of it already, and the exercises that wait to be graded.

    Args:
        wish: What was asked for.
    """

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self.submission = read_submission(package_folder(wish.package))
        self.results: dict[str, ExerciseResult] = {}
        self._add(read_result(self.submission, exercise, wish.is_single) for exercise in wish.exercises)
        known = len(self.results)
        if self.waiting and self.kept and not wish.fresh:
            self._add(self.kept.find(self.submission, exercise) for exercise in self.waiting)
        self.reused = len(self.results) - known  # results of the last time

    def _add(self, results: Iterable[ExerciseResult | None]) -> None:
        self.results |= {result.exercise_id: result for result in results if result}

    @property
    def waiting(self) -> list[Exercise]:
        """The exercises without a result."""
        return [exercise for exercise in self.wish.exercises if exercise.exercise_id not in self.results]

    @cached_property
    def kept(self) -> "Kept | None":
        """Results of the last time, where they may be believed."""
        if not self.wish.is_own:
            return None
        from .grader.kept import Kept

        return Kept(RESULTS, LOCAL_SEED)

    @contextmanager
    def grader(self, early: "Grader | None" = None) -> Iterator["Grader"]:
        """Give a grader for this run, perhaps one that is loading its libraries already."""
        from .grader.grading import Grader

        with early or Grader() as grader:
            grader.limits = replace(grader.limits, seconds=self.wish.seconds)
            grader.folder = EXPECTED if self.kept else None
            yield grader

    def prepare(self) -> None:
        """Let a process in the background compute what the next wrong answer would wait for."""
        from .grader.background import prepare_in_background

        if self.kept:
            prepare_in_background(EXPECTED, LOCAL_SEED)

    def grade(
        self, grader: "Grader", exercises: Iterable[Exercise], tell: Tell = lambda result: None
    ) -> Iterator[ExerciseResult]:
        """Grade exercises; a learner's own results are kept as they come."""
        for result in grader.grade(self.submission, exercises, tell, self.wish.is_single):
            self.results[result.exercise_id] = result
            if self.kept:
                self.kept.keep(self.submission, result)
            yield result

    def results_of(self, exercises: Iterable[Exercise]) -> list[ExerciseResult]:
        """Give the results of some exercises."""
        return [self.results[exercise.exercise_id] for exercise in exercises]


def run(wish: Wish, early: "Grader | None" = None) -> int:
    """Do what was asked for; returns the exit code: 0 if all pass, 1 if something does not, 2 if we have failed.

    Args:
        wish: What was asked for.
        early: A grader that is loading its libraries already.
    """
    run = Run(wish)
    if wish.format is Format.TEXT:
        _show(run, early)
    else:
        _print(run, early)
    return exit_code(run.results.values())


def _print(run: Run, early: "Grader | None") -> None:
    """Print the record in a form for programs."""
    from .grader.record import record_of, to_json
    from .reports.junit import junit

    if waiting := run.waiting:
        with run.grader(early) as grader:
            list(run.grade(grader, waiting))
    result = record_of(run.submission, run.results_of(run.wish.exercises))
    print(to_json(result).decode() if run.wish.format is Format.JSON else junit(result))


def _show(run: Run, early: "Grader | None") -> None:
    """Show results as they come, then what is to be done."""
    from .reports import terminal

    console, waiting, exercises, package = terminal.make_console(), run.waiting, run.wish.exercises, run.submission.path
    if waiting:
        from .reports import screen

        with run.grader(early) as grader:
            if len(exercises) == 1:
                screen.show_one(partial(run.grade, grader, waiting), package, console)
            else:
                screen.follow(partial(run.grade, grader, waiting), exercises, run.results, package, console)
        run.prepare()
    if len(exercises) > 1 or not waiting:
        terminal.show_results(package, run.results_of(exercises), console)
    if run.reused:
        results = "1 result" if run.reused == 1 else f"{run.reused} results"
        console.print(f"\n{results} kept, {len(waiting)} graded again; --fresh grades all", style="dim")


def exit_code(results: Iterable[ExerciseResult]) -> int:
    """Give the exit code, and say on the standard error what could not be judged."""
    statuses = set()
    for result in results:
        statuses.add(result.status)
        if result.status is Status.NOT_JUDGED:
            print(f"error: {result.exercise_id}: {result.problem}", file=sys.stderr)
    return 2 if Status.NOT_JUDGED in statuses else 0 if statuses == {Status.PASSED} else 1


def package_folder(package: Path | None) -> Path:
    """Give the package's folder, relative to the current one where that is shorter.

    Raises:
        ValueError: There is none.
    """
    folder = package or TUTORIAL
    if not folder.is_dir():
        raise ValueError(f"package is {str(folder)!r}, but there is no such folder")
    try:
        return folder.resolve().relative_to(Path.cwd())
    except ValueError:
        return folder
