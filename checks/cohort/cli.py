"""The command `checks grade`: reads its options, shows how far it is, and says what came out."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..course import load_course
from ..protocol.verdicts import Status
from .formats import Form, Gradebook
from .wish import Backend, Order, Tier, Writing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from ..grader.record import Result
    from .classroom import Classroom
    from .made import Made
    from .run.folder import ReportFolder

TOLD = 10  # submissions, where there is no bar to be seen
TROUBLE = (Status.NOT_JUDGED, Status.TIMED_OUT)


def grade(
    submissions: Annotated[Path, typer.Argument(help="folder with a submission for each student")],
    output: Annotated[Path | None, typer.Option(help="folder of the report")] = None,
    roster: Annotated[Path | None, typer.Option(help="CSV of the class: id,name,email,section")] = None,
    times: Annotated[Path | None, typer.Option(help="CSV of when each was handed in: id,submitted")] = None,
    policy: Annotated[Path | None, typer.Option(help="TOML of late days and exceptions")] = None,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="no names and no ids, but in private/names.csv")
    ] = False,
    exercise: Annotated[list[str] | None, typer.Option(help="such as 1.1; all, if none given")] = None,
    task: Annotated[int | None, typer.Option(help="all exercises of one task")] = None,
    only: Annotated[list[str] | None, typer.Option(help="id of a student; all, if none given")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="grade again what has not changed, too")] = False,
    one: Annotated[
        bool, typer.Option("--one", help="what is handed in is one submission; without --output, --form is printed")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="submissions at a time; a processor each, if not given")
    ] = None,
    isolation: Annotated[
        Tier | None, typer.Option(help="what holds their code; the best there is, if not given")
    ] = None,
    backend: Annotated[Backend, typer.Option(help="who does the work")] = Backend.LOCAL,
    scheduler: Annotated[str, typer.Option(help="of a Dask cluster, such as tcp://10.0.0.1:8786")] = "",
    gradebook: Annotated[Gradebook, typer.Option(help="form of gradebook.csv")] = Gradebook.PLAIN,
    form: Annotated[list[Form] | None, typer.Option(help="files for a platform, in a folder of that name")] = None,
    sources: Annotated[
        bool, typer.Option("--sources", help="everybody's files, for tools that look for copies")
    ] = False,
    timeout: Annotated[float | None, typer.Option(min=0.1, help="seconds for each exercise")] = None,
) -> None:
    """Grade a class: every submission once, each in its sandbox, and a report of all of them."""
    from .classroom import Classroom
    from .formats.forms import FILES
    from .made import Made
    from .policy import read_policy

    if (backend is Backend.DASK) != bool(scheduler):
        raise ValueError("backend dask and scheduler go together: give --backend dask --scheduler ADDRESS, or neither")
    order = Order(
        load_course().select(tuple(exercise or ()), task), jobs or _processors(), isolation, scheduler, fresh, timeout
    )
    wish = Writing(gradebook, tuple(form or ()), sources, read_policy(policy) if policy else None)
    classroom = Classroom(submissions, roster, times, one=one)
    classroom.chosen(() if anonymous else only or ())  # a mistake is told before anything is made
    for each in wish.forms:
        FILES[each].require()
    if output:
        files = {"roster": roster, "times": times, "policy": policy}
        chosen = tuple(each.exercise_id for each in order.exercises) if exercise or task is not None else ()
        made = Made(chosen, anonymous, tuple(name for name, file in files.items() if file))
        raise typer.Exit(_grade(classroom, order, wish, output, only or (), made))
    if not one or len(wish.forms) != 1:
        raise ValueError("output is missing: give a folder for the report; or --one and one --form, to be printed")
    raise typer.Exit(_print_one(classroom, order, wish.forms[0]))


def _grade(classroom: "Classroom", order: Order, wish: Writing, output: Path, only: Sequence[str], made: "Made") -> int:
    """Grade a class into a folder that no other run writes to; returns the exit code."""
    from filelock import FileLock, Timeout

    from ..reports.terminal import make_console
    from .isolation import choose_tier
    from .run.folder import ReportFolder

    choose_tier(order.tier)  # before anything is made
    if output.resolve().is_relative_to(classroom.submissions.resolve()):
        raise ValueError(f"output is {str(output)!r}, but that lies among the submissions: give a folder elsewhere")
    folder, console = ReportFolder(output), make_console()
    try:
        with FileLock(folder.private / "lock", timeout=0):
            results = _grade_into(folder, classroom, order, wish, only, made, console)
    except Timeout:
        raise ValueError(f"output is {str(output)!r}, but another run is writing there: wait for its end") from None
    except KeyboardInterrupt:
        console.print("Stopped. What is graded stays: give the same command again, and it goes on.")
        raise
    _sum_up(results, folder, console)
    return _exit_code(results)


def _grade_into(
    folder: "ReportFolder",
    classroom: "Classroom",
    order: Order,
    wish: Writing,
    only: Sequence[str],
    made: "Made",
    console: "Console",
) -> "list[Result]":
    """Grade those whose result is not there yet, and write the report anew; returns the results that were asked for."""
    from dataclasses import replace

    from ..reports.telling import counted
    from .grading import grade_class, secret_of, settings_of
    from .made import as_before, note
    from .output import write_output

    made, dropped = as_before(folder.private, made, tuple(each.exercise_id for each in order.exercises))
    order = replace(order, exercises=load_course().select(made.exercises))
    if made.anonymous:
        classroom = replace(classroom, secret=secret_of(folder))
        folder.write_private("names.csv", classroom.names())
    settings, students = settings_of(order, folder), classroom.chosen(only)
    _warn(classroom, wish, made, dropped, console)
    console.print(f"{counted(len(students), 'submission')}, isolation: {settings.isolation}")
    _follow(grade_class(classroom, students, order, folder, settings), len(students), console)
    everybody = folder.all_results(classroom.students)
    write_output(folder, everybody, classroom, wish)
    note(folder.private, made)
    asked_for = set(students)
    return [result for result in everybody if result.student in asked_for]


def _warn(classroom: "Classroom", wish: Writing, made: "Made", dropped: "Iterable[str]", console: "Console") -> None:
    """Say what an instructor may have overlooked."""
    from rich.text import Text

    told = [f"The last run had --{name}, this one has not: the whole report is made without it." for name in dropped]
    rules = classroom.strangers(wish.policy.students) if wish.policy else []
    told += [f"The policy has rules for {student!r}, but nobody in the class has that id." for student in rules]
    times = classroom.strangers_in_times()
    told += [f"The times have a line for {student!r}, but nobody in the class has that id." for student in times]
    if wish.policy and "times" not in made.given:
        told.append("Who is late is read from the files' own times, which copies and downloads change: give --times.")
    for each in told:
        console.print(Text(each, "yellow"))


def _print_one(classroom: "Classroom", order: Order, form: Form) -> int:
    """Grade one submission and print what a platform reads; nothing else is left of it."""
    import tempfile
    from dataclasses import replace

    from .formats.forms import FILES
    from .grading import grade_class, settings_of
    from .run.folder import ReportFolder

    with tempfile.TemporaryDirectory() as name:
        folder = ReportFolder(Path(name))
        settings = replace(settings_of(order, folder), sparing=True)  # a platform's container is small
        students = list(classroom.students)
        ((result, _),) = grade_class(classroom, students, replace(order, jobs=1), folder, settings)
    print(FILES[form].write(result))
    return _exit_code([result])


def _exit_code(results: "Iterable[Result]") -> int:
    """Tell whether all could be judged; points decide nothing here."""
    statuses = {exercise.status for result in results for exercise in result.exercises}
    return 2 if Status.NOT_JUDGED in statuses else 0


def _processors() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _follow(graded: "Iterable[tuple[Result, bool]]", total: int, console: "Console") -> None:
    """Show how many are done, what went wrong with how many, and how long it will take; results lie on the disk."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Grading"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[trouble]}"))
    kept = trouble = 0
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        bar = progress.add_task("", total=total, trouble="")
        for result, was_there in graded:
            kept += was_there
            trouble += _is_trouble(result)
            progress.update(bar, advance=1, trouble=f"{trouble} to look at" if trouble else "")
            if not console.is_terminal and (done := int(progress.tasks[bar].completed)) % TOLD == 0:
                console.print(f"{done} of {total}")
    if kept:
        console.print(f"{kept} of them kept from the last run; --fresh grades all", style="dim")


def _is_trouble(result: "Result") -> bool:
    unreadable = bool(result.intake and result.intake.problem)
    return unreadable or any(exercise.status in TROUBLE for exercise in result.exercises)


def _sum_up(results: "list[Result]", folder: "ReportFolder", console: "Console") -> None:
    """Say what came out: what needs a look first."""
    from rich.text import Text

    from ..reports.telling import counted
    from .policy import handed_in_nothing
    from .report.statistics import is_readable, summary

    counts = Counter(
        exercise.status for result in results for exercise in result.exercises if exercise.status in TROUBLE
    )
    nothing = sum(map(handed_in_nothing, results))
    readable = [result for result in results if is_readable(result)]
    unreadable = [result for result in results if not (is_readable(result) or handed_in_nothing(result))]
    for status in TROUBLE:
        if counts[status]:
            console.print(f"{counted(counts[status], 'exercise')} {status}", style="bold")
    for result in unreadable[:10]:
        console.print(Text(f"{result.student}: {result.intake.problem if result.intake else ''}"))
    if len(unreadable) > 10:
        console.print(f"and {len(unreadable) - 10} more that could not be read")
    if nothing:
        console.print(f"{counted(nothing, 'student')} handed in nothing")
    earned = [result.points for result in readable]
    if earned:
        class_ = summary(readable)
        console.print(
            f"Points: {min(earned):g} to {max(earned):g} of {class_.possible}, median {round(class_.median, 1):g}"
        )
    console.print(Text(f"Report: {folder.path / 'index.html'}"))
