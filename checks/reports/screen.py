"""The terminal while something is going on: results are shown as they come."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.console import Console

from ..course import Exercise
from ..grader.results import ExerciseResult, Tell
from .terminal import advice, found, heading, overview

Grade = Callable[[Tell], Iterable[ExerciseResult]]

LOADING, LOOKING = "Loading, then checking …", "Looking for the misunderstanding …"


def show_one(grade: Grade, package: str, console: Console) -> ExerciseResult:
    """Show an exercise's verdict as soon as it is there, and the advice when that is.

    Args:
        grade: Grades it; takes the function to call with the verdict.
        package: Path of the learner's package.
        console: Where it is shown.
    """
    early: list[ExerciseResult] = []
    with at_work(console, LOADING) as say:

        def tell(result: ExerciseResult) -> None:
            early.append(result)
            console.print(found(result, package, console))
            say(LOOKING)

        (result,) = grade(tell)
    if not early:
        console.print(found(result, package, console))
    console.print(advice(result, package))
    return result


def follow(
    grade: Grade,
    exercises: Sequence[Exercise],
    known: Mapping[str, ExerciseResult],
    package: str,
    console: Console,
) -> None:
    """Show each verdict as it comes: in an overview that fills itself or, where nobody watches, as a line.

    Args:
        grade: Grades those that are not known; takes the function to call with a verdict.
        exercises: All that were asked for.
        known: Results that are there already, by exercise.
        package: Path of the learner's package.
        console: Where they are shown.
    """
    results = dict(known)
    with overview_that_fills(exercises, results, package, console) as show:

        def tell(result: ExerciseResult) -> None:
            if result.exercise_id not in results:
                results[result.exercise_id] = result
                show(result)

        for result in grade(tell):
            tell(result)


@contextmanager
def overview_that_fills(
    exercises: Sequence[Exercise], results: Mapping[str, ExerciseResult], package: str, console: Console
) -> Iterator[Tell]:
    """Show an overview for as long as results come; gives the function to call for each."""
    if not console.is_terminal:
        yield lambda result: console.print(heading(result, console))
        return
    from rich.live import Live

    with Live(overview(package, exercises, results, console), console=console, transient=True) as live:
        yield lambda result: live.update(overview(package, exercises, results, console))
        live.update("")  # a terminal lower than the overview would keep a piece of it


@contextmanager
def at_work(console: Console, text: str) -> Iterator[Callable[[str], None]]:
    """Show on a terminal that something is happening; gives the function that changes the text."""
    if not console.is_terminal:
        yield lambda text: None
        return
    with console.status(text) as status:
        yield status.update
