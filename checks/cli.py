"""The command line: `checks run 1.1`, `watch`, `why`, `hint`, `show`, `reset`, `record`, `grade`, `challenge` and more.

What needs torch runs in other processes or is imported when it is asked for: `list` and `hint` answer at once.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .challenge.cli import app as challenge
from .cohort.cli import grade
from .course import SOLUTIONS, Exercise, load_course
from .maintain.cli import app as maintain
from .protocol.verdicts import Status
from .run import HISTORY, Format, Run, Wish, package_folder
from .run import run as run_wish
from .source.files import read_sources
from .source.given import load_given
from .workspace import own_text

if TYPE_CHECKING:
    from .grader.grading import Grader

app = typer.Typer(
    name="checks",
    help="Two Heads: check your answers. Without a command, all exercises are checked.",
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(challenge, name="challenge")
app.add_typer(maintain, name="maintain")
app.command()(grade)

Ids = Annotated[list[str] | None, typer.Argument(help="exercises such as 1.1; all, if none given", metavar="[ID]...")]
Id = Annotated[str, typer.Argument(help="an exercise such as 1.1", metavar="ID")]
Package = Annotated[Path | None, typer.Option(help="folder with the answers; the course's tutorial/, if not given")]
Timeout = Annotated[float | None, typer.Option(min=0.1, help="seconds for each exercise")]
Fresh = Annotated[bool, typer.Option("--fresh", help="grade again what has not changed, too")]


def answer(arguments: list[str], grader: "Grader | None" = None) -> int:
    """Do what the command line says; returns the exit code.

    Args:
        arguments: Without the program's name.
        grader: Perhaps loading its libraries already.

    Raises:
        ValueError: It is not understood.
    """
    try:
        return int(app(arguments, standalone_mode=False, obj=grader) or 0)
    except typer.TyperException as error:
        raise ValueError(getattr(error, "format_message", error.__str__)()) from None


@app.command()
def run(
    context: typer.Context,
    exercise_ids: Ids = None,
    task: Annotated[int | None, typer.Option(help="all exercises of one task")] = None,
    package: Package = None,
    format: Annotated[Format, typer.Option(help="of the result")] = Format.TEXT,
    timeout: Timeout = None,
    fresh: Fresh = False,
) -> None:
    """Check exercises: all of them, some of them, or those of a task."""
    exercises = load_course().select(tuple(exercise_ids or ()), task)
    raise typer.Exit(run_wish(Wish(exercises, package, format, timeout, fresh), context.obj))


@app.command()
def watch(package: Package = None, timeout: Timeout = None) -> None:
    """Check what you change, as soon as you save it; Ctrl-C ends it."""
    from .watch import watch

    watch(Wish(load_course().exercises, package, seconds=timeout))


@app.command()
def why(
    exercise_id: Id,
    package: Package = None,
    seconds: Annotated[float, typer.Option(min=0.1, help="for the search")] = 10.0,
    step: Annotated[int | None, typer.Option(min=1, max=3, help="1: where; 2: what about; 3: the change")] = None,
) -> None:
    """Search the smallest change of your own code that makes an exercise pass; tells it step by step."""
    from .why import why

    raise typer.Exit(why(load_course().exercise(exercise_id), package, seconds, step))


@app.command("list")
def list_exercises() -> None:
    """List all exercises: points, difficulty and time."""
    from rich import box
    from rich.table import Table

    from .reports.terminal import make_console

    course, console = load_course(), make_console()
    table = Table("", "exercise", "points", "if it works", "difficulty", "minutes", box=box.SIMPLE_HEAD)
    for number, title in course.tasks.items():
        table.add_section()
        table.add_row("", f"Task {number}: {title}", style="bold")
        for exercise in course.select(task=number):
            points = (str(exercise.points), f"{course.points_if_it_works(exercise):g}")
            numbers = (*points, f"{exercise.difficulty}/5", str(exercise.minutes))
            table.add_row(exercise.exercise_id, exercise.title, *numbers)
    console.print(table)
    total = sum(exercise.points for exercise in course.exercises)
    hours = sum(exercise.minutes for exercise in course.exercises) / 60
    console.print(f"{len(course.exercises)} exercises, {total} points, about {hours:.0f} hours")


@app.command()
def hint(
    exercise_id: Id,
    number: Annotated[
        int | None, typer.Argument(min=1, help="1 is a nudge, the last is nearly there", metavar="[N]")
    ] = None,
) -> None:
    """Show the next hint, or one by its number."""
    from .reports.pages import address
    from .reports.terminal import make_console
    from .workspace import next_hint

    exercise, console = load_course().exercise(exercise_id), make_console()
    number = number or next_hint(exercise)
    if number > len(exercise.hints):
        raise ValueError(f"hint is {number}, but exercise {exercise_id} has {len(exercise.hints)} hints")
    console.print(f"{exercise_id} {exercise.title}: hint {number} of {len(exercise.hints)}\n", style="bold")
    console.print(exercise.hints[number - 1])
    _look(exercise)
    if number < len(exercise.hints):
        console.print(f"\nMore: checks hint {exercise_id}", style="dim")
    else:
        more = "" if load_given(exercise) else f" What to change: checks why {exercise_id}"
        console.print(f"\nThat was the last one.{more}", style="dim")
    console.print(f"Read: {address(exercise)}", style="dim")


@app.command()
def show(
    exercise_id: Id,
    anyway: Annotated[bool, typer.Option("--anyway", help="before the exercise passes")] = False,
    package: Package = None,
) -> None:
    """Show the solution of an exercise that passes, beside your own code."""
    from .reports.comparison import show_beside
    from .reports.pages import address
    from .reports.terminal import make_console
    from .source.definitions import definition_text

    exercise, console = load_course().exercise(exercise_id), make_console()
    if package is None:
        _look(exercise)
    if not anyway and not _passes(exercise, package):
        console.print(
            f"Exercise {exercise_id} does not pass yet. To see its solution all the same: "
            f"checks show {exercise_id} --anyway"
        )
        raise typer.Exit(1)
    source = read_sources(SOLUTIONS)[exercise.file]
    solution = "\n\n".join(definition_text(source, path) for path in exercise.paths)
    show_beside(None if anyway else own_text(exercise, package_folder(package)), solution, console)
    if console.is_terminal:  # else whoever reads it wants the code
        console.print(f"\nRead: {address(exercise)}", style="dim")


def _look(exercise: Exercise) -> None:
    from .grader.history import History

    History(HISTORY).look(exercise)


def _passes(exercise: Exercise, package: Path | None) -> bool:
    run = Run(Wish((exercise,), package))
    run.finish()
    return run.results[exercise.exercise_id].status is Status.PASSED


@app.command()
def reset(
    exercise_id: Id,
    package: Package = None,
    whole_file: Annotated[bool, typer.Option("--whole-file", help="all exercises of its file, and the rest")] = False,
) -> None:
    """Start an exercise again: put its stub back; your text is kept in a backup."""
    from . import workspace

    exercise = load_course().exercise(exercise_id)
    backup = workspace.reset(exercise, package_folder(package), whole_file)
    what = f"all of {exercise.file}.py" if whole_file else f"{exercise_id} {exercise.target}"
    print(f"Put back: {what}." + (f" Your file is kept as {backup}" if backup else ""))


@app.command()
def record(
    output: Annotated[Path, typer.Option(help="page of HTML to write")] = Path("record.html"),
    name: Annotated[str, typer.Option(help="whose code it is, to stand on the page")] = "",
) -> None:
    """Write a page of record, to keep or print: what passes, since when, with which code and versions."""
    from .record import write_record

    print(write_record(output, name))


@app.command()
def doctor() -> None:
    """Examine the course's version, Python, torch, the encoder, the tutorial and the sandbox."""
    from rich.text import Text

    from .doctor import examine
    from .reports.terminal import make_console, mark

    console, well = make_console(), True
    for examined in examine():
        well = well and examined.well
        line = Text(" ").join([mark("passed" if examined.well else "failed", console), Text(f"{examined.name:<9}")])
        console.print(line, examined.found)
        if not examined.well and examined.cure:
            console.print(f"    cure: {examined.cure}")
    raise typer.Exit(0 if well else 1)
