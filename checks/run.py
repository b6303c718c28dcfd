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

from .course import LOCAL_SEED, STATE, TUTORIAL, Exercise, load_course
from .grader.history import History
from .grader.progress import Progress, all_pass
from .grader.reading import read_result
from .grader.results import ExerciseResult, Tell
from .protocol.verdicts import Status
from .source.files import read_submission

if TYPE_CHECKING:
    from rich.console import RenderableType

    from .grader.grading import Grader
    from .grader.kept import Kept

EXPECTED = STATE / "expected"
RESULTS = STATE / "results"
HISTORY = STATE / "history"


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
        self.progress = Progress(History(HISTORY)) if wish.is_own else None
        self._note(result for key, result in self.results.items() if self.progress and key not in self.progress.before)

    def _add(self, results: Iterable[ExerciseResult | None]) -> None:
        self.results |= {result.exercise_id: result for result in results if result}

    def _note(self, results: Iterable[ExerciseResult]) -> None:
        """Put results into the learner's own history."""
        for result in results:
            if self.progress:
                exercise = load_course().exercise(result.exercise_id)
                self.progress.history.note(self.submission, exercise, result)

    def look(self, exercise_id: str) -> None:
        """Note that the learner looks at an exercise."""
        if self.progress:
            self.progress.history.look(load_course().exercise(exercise_id))

    def news(self, whole: bool = False) -> list["RenderableType"]:
        """Lay out what the results so far have brought about; nothing, where they are not the learner's own.

        Args:
            whole: The learner looks at the whole course: if all of it passes, the closing screen comes again.
        """
        if not self.progress:
            return []
        from .reports.rewards import news_of

        found = self.progress.news(self.submission, self.results)
        passing = all_pass({exercise_id: result.status for exercise_id, result in self.results.items()})
        finished = found.finished or (whole and passing)
        return news_of(replace(found, finished=finished), self.progress.history)

    def standing(self) -> "RenderableType | None":
        """Lay out what the learner can do by now, and how long it took."""
        if not self.progress or len(self.wish.exercises) == 1:
            return None
        from .reports.rewards import standing

        return standing(self.results, self.progress.history)

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
            self._note([result])
            yield result

    def finish(self) -> None:
        """Grade what waits, without a word of what is wrong with it."""
        if not self.waiting:
            return
        from .reports.screen import LOADING, at_work
        from .reports.terminal import make_console

        with at_work(make_console(), LOADING), self.grader() as grader:
            grader.diagnosis = 0  # nobody will see one
            list(self.grade(grader, self.waiting))

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
    from rich.padding import Padding

    from .reports import terminal

    console, waiting, exercises, package = terminal.make_console(), run.waiting, run.wish.exercises, run.submission.path
    if len(exercises) == 1:
        run.look(exercises[0].exercise_id)
    if waiting:
        from .reports import screen

        with run.grader(early) as grader:
            if len(exercises) == 1:
                screen.show_one(partial(run.grade, grader, waiting), package, console)
            else:
                screen.follow(partial(run.grade, grader, waiting), exercises, run.results, package, console)
        run.prepare()
    if len(exercises) > 1 or not waiting:
        results = run.results_of(exercises)
        terminal.show_results(package, results, console, run.standing())
        if to_do := terminal.first_to_do(results):
            run.look(to_do.exercise_id)
    for news in run.news(whole=exercises == load_course().exercises):
        console.print(Padding(news, (1, 0, 0, 0)))
    if run.reused:
        reused = "1 result" if run.reused == 1 else f"{run.reused} results"
        console.print(f"\n{reused} kept, {len(waiting)} graded again; --fresh grades all", style="dim")


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
