"""The terminal: how far the course is, and what the next exercise needs."""

from collections.abc import Iterable
from pathlib import Path

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..course import TUTORIAL, Course, load_course
from ..results import CheckResult, CodeLine, Diagnosis, ExerciseResult, Result, Status

SYMBOLS = {"passed": ("✔", "OK", "green"), "failed": ("✘", "XX", "red"), "none": ("·", "..", "dim")}
MOST_OUTPUT = 8  # lines
MOST_DETAILS = 2  # checks
SHORT = 50  # letters of an expected and an observed value
IMPORTS_SOLUTIONS = "Your code imports `solutions`, the reference: that is noted in the record."


def make_console(stderr: bool = False) -> Console:
    """Give a console that takes a learner's text as it is."""
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def show_result(result: Result, console: Console) -> None:
    """Show the tasks, then the exercise that needs work: the first that was tried, or else the first of all."""
    several = len(result.exercises) > 1
    if several:
        console.print(overview(result, console))
    unfinished = [exercise for exercise in result.exercises if exercise.status is not Status.PASSED]
    tried = [exercise for exercise in unfinished if exercise.status is not Status.NOT_STARTED]
    if several and not unfinished:
        console.print(Text(f"All {len(result.exercises)} exercises pass: {result.points} points.", "bold green"))
    for exercise in [*tried, *unfinished, *([] if several else result.exercises)][:1]:
        console.print(details(exercise, result, console))
    if len(tried) > 1:
        console.print(f"\nTo be mended as well: {', '.join(exercise.id for exercise in tried[1:])}", style="dim")


def overview(result: Result, console: Console) -> RenderableType:
    """Lay out a line for each task: a mark for each exercise, how many pass, and the points."""
    course = load_course()
    table = Table(box=box.SIMPLE_HEAD, title=f"Two Heads: {result.package}", title_justify="left", title_style="bold")
    table.add_column("task")
    table.add_column("exercises", no_wrap=True)
    table.add_column("passed", justify="right", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    for number, exercises in _by_task(result.exercises).items():
        passed = sum(exercise.status is Status.PASSED for exercise in exercises)
        table.add_row(
            f"{number} {course.tasks[number]}",
            Text(" ").join(mark(exercise.status, console) for exercise in exercises),
            f"{passed}/{len(exercises)}",
            f"{sum(exercise.points for exercise in exercises)}/{sum(exercise.possible for exercise in exercises)}",
        )
    table.add_section()
    passed = sum(exercise.status is Status.PASSED for exercise in result.exercises)
    table.add_row("", "", f"{passed}/{len(result.exercises)}", f"{result.points}/{result.possible}", style="bold")
    return table


def _by_task(exercises: Iterable[ExerciseResult]) -> dict[int, list[ExerciseResult]]:
    tasks: dict[int, list[ExerciseResult]] = {}
    for exercise in exercises:
        tasks.setdefault(int(exercise.id.partition(".")[0]), []).append(exercise)
    return tasks


def mark(status: Status | str, console: Console) -> Text:
    """Give the mark of a status; in letters where the terminal has no other."""
    kind = {"passed": "passed", "not started": "none", "not run": "none"}.get(str(status), "failed")
    symbol, letters, style = SYMBOLS[kind]
    try:
        symbol.encode(console.encoding)
    except UnicodeEncodeError:
        symbol = letters
    return Text(symbol, style)


def details(exercise: ExerciseResult, result: Result, console: Console) -> RenderableType:
    """Show all that is known of one exercise, and what to do next."""
    heading = Text.assemble(mark(exercise.status, console), " ", (f"{exercise.id} {exercise.title}", "bold"))
    heading.append(f"  {exercise.status}, {exercise.points}/{exercise.possible} points", "dim")
    sections = (
        _problem(exercise, result),
        _diagnosis(exercise.diagnosis),
        _checks(exercise.checks, result, console),
        _output(exercise.output),
        Text(IMPORTS_SOLUTIONS, "yellow") if exercise.imports_solutions else None,
        _next_steps(exercise, result),
    )
    return Group(heading, *(Padding(section, (1, 0, 0, 2)) for section in sections if section))


def _problem(exercise: ExerciseResult, result: Result) -> RenderableType | None:
    if not exercise.problem:
        return None
    return Group(Text(exercise.problem, "red"), *([_code(exercise.lines, result)] if exercise.lines else []))


def _diagnosis(diagnosis: Diagnosis | None) -> RenderableType | None:
    if diagnosis is None:
        return None
    certainty = "This looks like a known mistake:" if diagnosis.certain else "Among other things, this looks like:"
    return Group(Text(certainty), Padding(Text(diagnosis.name, "bold yellow"), (0, 2)), Text(diagnosis.hint))


def _output(output: str) -> RenderableType | None:
    if not output:
        return None
    lines = output.rstrip("\n").split("\n")
    more = [f"… and {len(lines) - MOST_OUTPUT} more lines"] if len(lines) > MOST_OUTPUT else []
    shown = "\n".join([line[:500] for line in lines[:MOST_OUTPUT]] + more)
    return Group(Text("Your code printed:", "dim"), Padding(Text(shown), (0, 2)))


def _checks(checks: tuple[CheckResult, ...], result: Result, console: Console) -> RenderableType | None:
    """List all checks; the first ones that do not pass in detail, as the others tend to repeat them."""
    failures = [check for check in checks if check.verdict in ("failed", "error")]
    lines = [_check(check, result, console, check in failures[:MOST_DETAILS]) for check in checks]
    return Group(*lines) if lines else None


def _check(check: CheckResult, result: Result, console: Console, in_detail: bool) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    table.add_row(mark(check.verdict, console), Text(check.claim, "dim" if check.verdict == "not run" else ""))
    if check.verdict in ("passed", "not run"):
        return table
    where = f"{check.where}: " if check.where else ""
    table.add_row("", Text(f"{where}{check.problem}", "red"))
    short = len(check.expected) + len(check.observed) <= SHORT
    if (in_detail or short) and (check.expected or check.observed):
        pair = Table.grid(padding=(0, 1))
        pair.add_row(Text("expected", "dim"), Text(check.expected))
        pair.add_row(Text("got", "dim"), Text(check.observed))
        table.add_row("", pair)
    if check.lines:
        table.add_row("", _code(check.lines if in_detail else check.lines[-1:], result))
    return table


def _code(lines: tuple[CodeLine, ...], result: Result) -> Text:
    """Show the learner's own lines of a traceback, the innermost last."""
    shown = []
    for line in dict.fromkeys(lines):
        place = f"{Path(result.package, Path(line.file).name)}:{line.number}"
        shown.append(f"{place}{f' in {line.function}' if line.function else ''}\n    {line.text}")
    return Text("\n".join(shown), "cyan")


def _next_steps(exercise: ExerciseResult, result: Result) -> RenderableType:
    """Name the commands that help from here."""
    course = load_course()
    following = _following(exercise.id, course)
    file = Path(result.package, f"{exercise.target.partition('.')[0]}.py")
    package = "" if Path(result.package).resolve() == TUTORIAL else f" --package {result.package}"
    if exercise.status is Status.PASSED:
        steps = {
            "Compare": f"checks show {exercise.id}{package}",
            "Go on": f"checks run {following}{package}" if following else "",
        }
    else:
        steps = {
            "Edit": f"{file}, {exercise.target.partition('.')[2]}",
            "Check": f"checks run {exercise.id}{package}",
            "Hint": f"checks hint {exercise.id}",
        }
    table = Table.grid(padding=(0, 2))
    for name, step in {**steps, "Read": course.exercise(exercise.id).page}.items():
        if step:
            table.add_row(Text(name, "dim"), step)
    return table


def _following(id: str, course: Course) -> str:
    ids = [exercise.id for exercise in course.exercises]
    return next(iter(ids[ids.index(id) + 1 :]), "")
