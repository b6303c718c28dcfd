"""The commands for maintainers: `checks maintain stubs | new | verify | mutants | tolerances | explain | class`."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from ..course import LOCAL_SEED, load_course

T = TypeVar("T")

app = typer.Typer(help="For maintainers: write the tutorial, prove the course sound.", no_args_is_help=True)

Ids = Annotated[list[str] | None, typer.Argument(help="exercises such as 1.1; all, if none given", metavar="[ID]...")]


def _with_bar(results: Iterable[T], total: int) -> list[T]:
    """Show on a terminal how far it is."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return list(track(results, "Grading", total, console=console, transient=True, disable=not console.is_terminal))


@app.command()
def stubs(check: Annotated[bool, typer.Option("--check", help="change nothing, fail if stale")] = False) -> None:
    """Write tutorial/ from solutions/ and course.toml."""
    from .stubs import stale_stubs, write_stubs

    files = stale_stubs() if check else write_stubs()
    for file in files:
        print(f"{'stale' if check else 'written'}: tutorial/{file}")
    raise typer.Exit(1 if check and files else 0)


@app.command()
def new(
    exercise_id: Annotated[str, typer.Argument(help="the new exercise, such as 6.1", metavar="ID")],
    target: Annotated[str, typer.Argument(help="what is written: file.function, file.Class or file.Class.method")],
) -> None:
    """Start an exercise: its line in course.toml, and its folder with a first check and first answers to fill in."""
    from .new import start

    for path in start(exercise_id, target):
        print(f"written: {path}")


@app.command()
def verify(exercise_ids: Ids = None) -> None:
    """Prove exercises sound: solutions pass, stubs and misconceptions do not, alternatives do."""
    from .soundness import verify as prove

    exercises = load_course().select(tuple(exercise_ids or ()))
    findings = [finding for found in _with_bar(prove(exercises), len(exercises)) for finding in found]
    for finding in findings:
        print(f"{finding.exercise_id} {finding.name}: {finding.problem}")
    print(f"{len(exercises)} exercises, {len(findings)} findings")
    raise typer.Exit(1 if findings else 0)


@app.command("mutants")
def grade_mutants(
    exercise_ids: Ids = None,
    write: Annotated[bool, typer.Option("--write", help="record the outcome for the maintainers' page")] = False,
) -> None:
    """Grade mutants of the reference, and list those that no check notices."""
    from . import survivors
    from .mutation import mutate

    exercises = load_course().select(tuple(exercise_ids or ()))
    mutations = _with_bar(mutate(exercises), len(exercises))
    for mutation in mutations:
        killed = mutation.total - len(mutation.survivors)
        print(f"{mutation.exercise_id}: {killed} of {mutation.total} mutants killed")
        for change in mutation.survivors:
            print(f"    {change}")
    if write:
        survivors.write(survivors.update(survivors.read_record(), mutations))


@app.command()
def tolerances(exercise_ids: Ids = None) -> None:
    """Measure how far equal and wrong answers are from the reference, in tolerances: 1 must lie between."""
    from ..referee.expected import Expected
    from .tolerances import measure

    expected = Expected(LOCAL_SEED)
    for exercise in load_course().select(tuple(exercise_ids or ())):
        for found in measure(exercise, expected):
            print(f"{found.exercise_id}  {found.spread:8.2g} < 1 < {found.nearest:8.2g}  {found.claim}")


@app.command()
def explain(
    folder: Annotated[
        Path | None, typer.Argument(help="with files such as wrong/1.1/name.py; the course's own answers, if not given")
    ] = None,
    exercise_ids: Annotated[list[str] | None, typer.Option("--exercise", help="such as 1.1; all, if not given")] = None,
    screens: Annotated[bool, typer.Option("--screens", help="what a learner reads first, for each answer")] = False,
    lines: Annotated[bool, typer.Option("--lines", help="a line of JSON for each answer, to compare versions")] = False,
) -> None:
    """Grade answers whose verdict is known: how many are judged rightly, and how are the wrong ones explained?"""
    from .explanations import grade_answers, table

    exercises = load_course().select(tuple(exercise_ids or ()))
    answered = [one for several in _with_bar(grade_answers(folder, exercises), len(exercises)) for one in several]
    if lines or screens:
        print("\n".join(one.line() if lines else one.screen() for one in answered))
    else:
        print(table(answered))


@app.command("class")
def made_class(
    folder: Annotated[Path, typer.Argument(help="where to; it must not be there yet")],
    students: Annotated[int, typer.Option(help="how many")] = 300,
    seed: Annotated[int, typer.Option(help="of all that is drawn: the same seed makes the same bytes")] = 0,
) -> None:
    """Make a class of submissions whose verdicts are known: some do harm, some are broken or empty."""
    from .made_class import make_class

    make_class(folder, students, seed)
    print(f"written: {folder}, {students} students; what grading must find stands in expected.csv")
