"""The command line: `checks`, `checks run 1.1`, `watch`, `list`, `hint`, `show`, `reset`, `doctor`.

What needs torch runs in other processes or is imported when it is asked for: `list` and `hint` answer at once.
"""

import io
import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import maintain_cli
from .course import SOLUTIONS, TUTORIAL, Exercise, load_course, read_sources
from .reports.progress import progress

if TYPE_CHECKING:
    from .grading import Grader, Submission
    from .results import Result

app = typer.Typer(
    name="checks",
    help="Two Heads: check your answers. Without a command, all exercises are checked.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(maintain_cli.app, name="maintain")


class Format(StrEnum):
    """Forms of the result."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"


Ids = Annotated[list[str] | None, typer.Argument(help="exercises such as 1.1; all, if none given", metavar="[ID]...")]
Id = Annotated[str, typer.Argument(help="an exercise such as 1.1", metavar="ID")]
Package = Annotated[Path | None, typer.Option(help="folder with the answers; the course's tutorial/, if not given")]
Timeout = Annotated[float | None, typer.Option(min=0.1, help="seconds for each exercise")]


def main() -> None:
    """Run the command line; exit code 0: all that was asked for is well, 1: something is not, 2: wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter is no reason to stop
    try:
        sys.exit(app(_with_command(sys.argv[1:]), standalone_mode=False))
    except typer.TyperException as error:
        message = getattr(error, "format_message", error.__str__)()
    except (OSError, ValueError) as error:
        message = str(error)
    if message:
        print(f"error: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(2)


def _with_command(arguments: list[str]) -> list[str]:
    """Take `checks 1.1` and `checks --task 1` for what they mean: `checks run 1.1`."""
    first = arguments[0] if arguments else ""
    means_run = first[:1].isdigit() or first in ("--task", "--package", "--format", "--timeout")
    return ["run", *arguments] if means_run else arguments


@app.callback(invoke_without_command=True)
def everything(context: typer.Context) -> None:
    """Check all exercises, unless there is a command."""
    if context.invoked_subcommand is None:
        run()


@app.command()
def run(
    ids: Ids = None,
    task: Annotated[int | None, typer.Option(help="all exercises of one task")] = None,
    package: Package = None,
    format: Annotated[Format, typer.Option(help="of the result")] = Format.TEXT,
    timeout: Timeout = None,
) -> None:
    """Check exercises: all of them, some of them, or those of a task."""
    from .grading import Grader, read_submission, select
    from .sandbox import Limits

    exercises = select(ids or (), task)
    submission = read_submission(_folder(package))
    with Grader(Limits(seconds=timeout)) as grader:
        from .reports import terminal  # while the processes load their libraries

        result = _grade_all(grader, submission, exercises)
    if format is Format.JSON:
        from .results import to_dict

        print(json.dumps(to_dict(result), indent=2))
    elif format is Format.JUNIT:
        from .reports.junit import junit

        print(junit(result))
    else:
        terminal.show_result(result, terminal.make_console())
    raise typer.Exit(0 if result.passed else 1)


@app.command()
def watch(
    package: Package = None,
    timeout: Timeout = None,
) -> None:
    """Check what you change, as soon as you save it; Ctrl-C ends it."""
    from .grading import Grader, read_submission
    from .reports.terminal import make_console, show_result
    from .sandbox import Limits
    from .watch import verdicts

    folder, console = _folder(package), make_console()
    print(f"Checking {folder} …", flush=True)
    try:
        with Grader(Limits(seconds=timeout)) as grader:
            submission = read_submission(folder)
            show_result(_grade_all(grader, submission, load_course().exercises), console)
            console.print(f"\nWatching {folder}: save a file to have it checked, press Ctrl-C to stop.")
            for verdict in verdicts(folder, grader, submission.sources):
                console.rule()
                show_result(verdict.result, console)
                console.print(f"\nChecked in {verdict.seconds:.2f} s; watching {folder}.", style="dim")
    except KeyboardInterrupt:
        console.print()


@app.command("list")
def list_exercises() -> None:
    """List all exercises: points, difficulty and time."""
    from rich import box
    from rich.table import Table

    from .reports.terminal import make_console

    course, console = load_course(), make_console()
    table = Table("", "exercise", "points", "difficulty", "minutes", box=box.SIMPLE_HEAD)
    for number, title in course.tasks.items():
        table.add_section()
        table.add_row("", f"Task {number}: {title}", style="bold")
        for exercise in (exercise for exercise in course.exercises if exercise.task == number):
            table.add_row(
                exercise.id, exercise.title, str(exercise.points), f"{exercise.difficulty}/5", str(exercise.minutes)
            )
    console.print(table)
    points = sum(exercise.points for exercise in course.exercises)
    hours = sum(exercise.minutes for exercise in course.exercises) / 60
    console.print(f"{len(course.exercises)} exercises, {points} points, about {hours:.0f} hours")


@app.command()
def hint(
    id: Id,
    number: Annotated[int, typer.Argument(min=1, help="1 is a nudge, the last is nearly there", metavar="[N]")] = 1,
) -> None:
    """Show a hint: the first one, or a later one by its number."""
    from .reports.terminal import make_console

    exercise, console = load_course().exercise(id), make_console()
    if number > len(exercise.hints):
        raise ValueError(f"hint is {number}, but exercise {id} has {len(exercise.hints)} hints")
    console.print(f"{id} {exercise.title}: hint {number} of {len(exercise.hints)}\n", style="bold")
    console.print(exercise.hints[number - 1])
    if number < len(exercise.hints):
        console.print(f"\nMore: checks hint {id} {number + 1}", style="dim")


@app.command()
def show(
    id: Id,
    anyway: Annotated[bool, typer.Option("--anyway", help="before the exercise passes")] = False,
    package: Package = None,
) -> None:
    """Show the solution of an exercise that passes."""
    from rich.syntax import Syntax

    from .definitions import definition_text
    from .reports.terminal import make_console

    exercise, console = load_course().exercise(id), make_console()
    if not anyway and not _passes(exercise, _folder(package)):
        console.print(f"Exercise {id} does not pass yet. To see its solution all the same: checks show {id} --anyway")
        raise typer.Exit(1)
    source = read_sources(SOLUTIONS)[exercise.file]
    for path in exercise.paths:
        text = definition_text(source, path)
        if console.is_terminal:
            console.print(Syntax(text, "python", theme="ansi_dark", background_color="default", word_wrap=True))
        else:
            print(text, end="")


def _passes(exercise: Exercise, package: Path) -> bool:
    from .grading import Grader, read_submission, record

    submission = read_submission(package)
    with Grader() as grader:
        return record(submission, grader.grade(submission, [exercise])).passed


@app.command()
def reset(
    id: Id,
    package: Package = None,
    whole_file: Annotated[bool, typer.Option("--whole-file", help="all exercises of its file, and the rest")] = False,
) -> None:
    """Start an exercise again: put its stub back; your text is kept in a backup."""
    from . import workspace

    exercise = load_course().exercise(id)
    folder = _folder(package)
    backup = workspace.reset(exercise, folder, whole_file)
    what = f"all of {exercise.file}.py" if whole_file else f"{id} {exercise.target}"
    print(f"Put back: {what}." + (f" Your file is kept as {backup}" if backup else ""))


@app.command()
def doctor() -> None:
    """Examine Python, torch, the encoder, the tutorial and the sandbox."""
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


def _folder(package: Path | None) -> Path:
    """Give the package's folder, relative to the current one where that is shorter."""
    folder = package or TUTORIAL
    if not folder.is_dir():
        raise ValueError(f"package is {str(folder)!r}, but there is no such folder")
    try:
        return folder.resolve().relative_to(Path.cwd())
    except ValueError:
        return folder


def _grade_all(grader: "Grader", submission: "Submission", exercises: tuple[Exercise, ...]) -> "Result":
    from .grading import record

    with progress(len(exercises)) as advance:
        results = []
        for result in grader.grade(submission, exercises):
            results.append(result)
            advance(result.id)
    return record(submission, results)
