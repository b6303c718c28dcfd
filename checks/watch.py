"""Watching: what is known is shown at once; what was saved is graded as soon as it is, all else meanwhile."""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

import watchfiles
from rich.padding import Padding

from .course import Exercise
from .protocol.verdicts import Status
from .reports.screen import show_one
from .reports.terminal import heading, make_console, overview, show_results
from .run import Run, Wish
from .source.files import Submission, read_submission
from .workspace import changed_exercises

QUIET = 20  # milliseconds without another change: an editor may write a file in several steps
LOOK = 1000  # milliseconds until a look at the files themselves: not every system reports every change


class Work(NamedTuple):
    """What is to be graded now: exercises of a package as it is, when that was seen, and whether they were saved."""

    submission: Submission
    exercises: list[Exercise]
    seen: float
    saved: bool


def work(package: Path, before: Submission, waiting: Sequence[Exercise] = ()) -> Iterator[Work]:
    """Give what is to be graded, for ever: what was just saved, or else what waits.

    Args:
        package: The learner's package.
        before: As it was when it was last read.
        waiting: Exercises that are to be graded whenever nothing was saved.
    """
    waiting = list(waiting)
    for _ in watchfiles.watch(package, watch_filter=_is_python, step=QUIET, rust_timeout=LOOK, yield_on_timeout=True):
        while True:
            seen, after = time.monotonic(), before
            with suppress(OSError, ValueError):  # an editor is just replacing a file
                after = read_submission(package)
            changed = changed_exercises(before.importable(), after.importable())
            before = after
            waiting = [exercise for exercise in waiting if exercise not in changed]
            if changed:
                yield Work(after, changed, seen, saved=True)
            elif waiting:
                yield Work(after, [waiting.pop(0)], seen, saved=False)
            else:
                break


def _is_python(change: object, path: str) -> bool:
    return path.endswith(".py")


def watch(wish: Wish) -> None:
    """Show what is known of a package, then the verdict on whatever is saved, until Ctrl-C."""
    run, console = Run(wish), make_console()
    package = run.submission.path
    console.print(overview(package, wish.exercises, run.results, console))
    if standing := run.standing():
        console.print(standing)
    console.print(f"Watching {package}: save a file to have it checked, press Ctrl-C to stop.")
    with suppress(KeyboardInterrupt), run.grader() as grader:
        for exercise in _unfinished(run)[:1]:
            grader.warm_up(exercise)
        run.prepare()
        for submission, exercises, seen, saved in work(Path(package), run.submission, run.waiting):
            run.submission = submission
            grade = partial(run.grade, grader, exercises)
            if not saved:
                for result in grade():
                    console.print(heading(result, console))
                continue
            console.rule()
            if len(exercises) == 1:
                show_one(grade, package, console)
            else:
                list(grade())
                show_results(package, run.results_of(exercises), console)
            for news in run.news():
                console.print(Padding(news, (1, 0, 0, 0)))
            console.print(f"\nChecked in {time.monotonic() - seen:.2f} s; watching {package}.", style="dim")


def _unfinished(run: Run) -> list[Exercise]:
    """List the exercises that somebody is likely to work at."""
    passed = {key for key, result in run.results.items() if result.status is Status.PASSED}
    return [exercise for exercise in run.wish.exercises if exercise.exercise_id not in passed]
