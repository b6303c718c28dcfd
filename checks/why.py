"""`checks why 1.1`: which small change of a learner's own code would make every check pass, told step by step."""

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from .course import LOCAL_SEED, STATE, Exercise
from .protocol.verdicts import Status
from .run import Run, Wish, exit_code
from .source.given import load_given

if TYPE_CHECKING:
    from rich.console import Console

    from .grader.kept import KeptRepairs
    from .grader.repair import Repair

REPAIRS = STATE / "repairs"


def why(exercise: Exercise, package: Path | None, seconds: float, step: int | None) -> int:
    """Tell what would mend an answer; returns the exit code: 0 if that is known, or if there is nothing to mend.

    Args:
        exercise: Which.
        package: Folder with the answers; the learner's own tutorial, if None.
        seconds: Time for the search.
        step: How much of it is told; if None, a terminal waits between the steps, and else the first one is told.
    """
    from .reports.repair import nothing_found, steps
    from .reports.terminal import make_console

    if load_given(exercise):
        raise ValueError(
            f"exercise is {exercise.exercise_id!r}, but what to change in it is the exercise: "
            f"checks hint {exercise.exercise_id}"
        )
    console, run = make_console(), Run(Wish((exercise,), package))
    repair = _repair(run, exercise, seconds, console)
    if repair is None:
        return _nothing_to_mend(run, exercise, console)
    if not repair.changes:
        console.print(nothing_found(repair, exercise))
        return 1
    told = steps(repair, run.submission.sources[exercise.file], Path(run.submission.path, f"{exercise.file}.py"))
    waits = step is None and console.is_terminal and sys.stdin.isatty()
    for number, text in enumerate(told[: None if waits else step or 1], start=1):
        console.print(text)
        if waits and number < len(told):
            console.input("\nEnter tells more, Ctrl-C ends. ")
    if not waits and (step or 1) < len(told):
        console.print(f"\nMore: checks why {exercise.exercise_id} --step {(step or 1) + 1}", style="dim")
    return 0


SAID = {
    Status.PASSED: "passes already: there is nothing to mend.",
    Status.NOT_STARTED: "is not started: there is nothing to mend yet.",
}


def _nothing_to_mend(run: Run, exercise: Exercise, console: "Console") -> int:
    status = run.results[exercise.exercise_id].status
    if status in SAID:
        console.print(f"{exercise.exercise_id} {exercise.title} {SAID[status]}")
    return exit_code(run.results.values())


def _repair(run: Run, exercise: Exercise, seconds: float, console: "Console") -> "Repair | None":
    """Look an answer's repair up, or search it; None if there is nothing to mend."""
    from .grader.kept import KeptRepairs

    kept = KeptRepairs(REPAIRS, LOCAL_SEED)
    result = run.results.get(exercise.exercise_id)
    if result and result.status in (*SAID, Status.NOT_JUDGED):
        return None
    return kept.find(run.submission, exercise) or _search(run, exercise, seconds, kept, console)


def _search(run: Run, exercise: Exercise, seconds: float, kept: "KeptRepairs", console: "Console") -> "Repair | None":
    """Grade an answer, if that was not done, and search its repair."""
    from .grader.grading import handed_out
    from .grader.processes import open_sandbox
    from .grader.repairing import find_repair
    from .reports.repair import progress
    from .reports.screen import LOADING, at_work

    with at_work(console, LOADING) as say, run.grader() as grader, closing(open_sandbox()) as second:
        second.prepare(handed_out(exercise)[1])
        grader.diagnosis = 0  # nobody will see one
        if run.waiting:
            list(run.grade(grader, run.waiting))
        result = run.results[exercise.exercise_id]
        if result.status in (*SAID, Status.NOT_JUDGED):
            return None
        repair = find_repair(grader, second, run.submission, result, seconds, lambda tried: say(progress(tried)))
    kept.keep(run.submission, repair)
    return repair
