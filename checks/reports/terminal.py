"""The terminal: how far the course is, and what the next exercise needs."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..course import TUTORIAL, Course, Exercise, load_course
from ..grader.results import DIAGNOSIS, ExerciseResult, total
from ..protocol.verdicts import CheckResult, CodeLine, Outcome, Part, Status
from ..source.given import load_given
from ..source.given import mistakes as mistakes_of
from . import pictures
from .pages import address

PASSED, FAILED, NONE, UNKNOWN = ("✔", "OK", "green"), ("✘", "XX", "red"), ("·", "..", "dim"), ("?", "??", "yellow")
MARKS = {
    Status.PASSED: PASSED,
    Status.WORKS: ("◐", "~~", "yellow"),
    Status.NOT_STARTED: NONE,
    Status.NOT_JUDGED: UNKNOWN,
    Outcome.PASSED: PASSED,
    Outcome.NOT_RUN: NONE,
    "to come": ("…", "--", "dim"),
}
MOST_OUTPUT = 8  # lines
HUNT = (
    "Read the program against its docstrings, and mend what you find. Once a mistake is mended, the checks are shown, "
    "and what they say of the others."
)
CAREFUL_LATER = "What careful checks have found is told once the idea works."
IMPORTS_SOLUTIONS = "Your code imports `solutions`, the reference: that is noted in the record."


def make_console() -> Console:
    """Give a console that takes a learner's text as it is."""
    return Console(highlight=False, markup=False, emoji=False)


def show_results(
    package: str, results: Sequence[ExerciseResult], console: Console, below: RenderableType | None = None
) -> None:
    """Show the tasks, then the exercise that needs work.

    Args:
        package: Path of the learner's package.
        results: In the course's order.
        console: Where they are shown.
        below: What is to stand below the overview of several.
    """
    several = len(results) > 1
    if several:
        exercises = [load_course().exercise(result.exercise_id) for result in results]
        console.print(overview(package, exercises, {result.exercise_id: result for result in results}, console))
        console.print(below or "", end="\n" if below else "")
    first = first_to_do(results)
    if several and not first:
        console.print(Text(f"All {len(results)} exercises pass: {total(results):g} points.", "bold green"))
    for result in [first] if first else [] if several else results:
        console.print(found(result, package, console))
        console.print(advice(result, package))
    if others := [result.exercise_id for result in results if result != first and is_to_mend(result)]:
        console.print(f"\nTo be mended as well: {', '.join(others)}", style="dim")


def is_to_mend(result: ExerciseResult) -> bool:
    """Tell whether an exercise was tried and does not pass."""
    return result.status not in (Status.PASSED, Status.NOT_STARTED)


def first_to_do(results: Sequence[ExerciseResult]) -> ExerciseResult | None:
    """Give the exercise that needs work: the first that was tried, or else the first of all; None if all pass."""
    unfinished = [result for result in results if result.status is not Status.PASSED]
    return next((result for result in unfinished if is_to_mend(result)), next(iter(unfinished), None))


def overview(
    package: str, exercises: Sequence[Exercise], results: Mapping[str, ExerciseResult], console: Console
) -> RenderableType:
    """Lay out a line for each task: a mark for each exercise, how many pass, and the points.

    Args:
        package: Path of the learner's package.
        exercises: Those that were asked for.
        results: By exercise; those that are missing are still to come.
        console: Where it will be shown.
    """
    table = Table(box=box.SIMPLE_HEAD, title=f"Two Heads: {package}", title_justify="left", title_style="bold")
    table.add_column("task")
    table.add_column("exercises", no_wrap=True)
    table.add_column("passed", justify="right", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    for number, title in load_course().tasks.items():
        mine = [exercise for exercise in exercises if exercise.task == number]
        if mine:
            marks = [_mark_of(results.get(exercise.exercise_id), console) for exercise in mine]
            table.add_row(f"{number} {title}", Text(" ").join(marks), *_totals(mine, results))
    table.add_section()
    table.add_row("", "", *_totals(exercises, results), style="bold")
    return table


def _mark_of(result: ExerciseResult | None, console: Console) -> Text:
    return mark(result.status if result else "to come", console)


def _totals(exercises: Sequence[Exercise], results: Mapping[str, ExerciseResult]) -> tuple[str, str]:
    """Count the exercises that pass, and the points."""
    there = [results[exercise.exercise_id] for exercise in exercises if exercise.exercise_id in results]
    passed = sum(result.status is Status.PASSED for result in there)
    return f"{passed}/{len(exercises)}", f"{total(there):g}/{sum(exercise.points for exercise in exercises)}"


def mark(status: str, console: Console) -> Text:
    """Give the mark of a status; in letters where the terminal has no other."""
    symbol, letters, style = MARKS.get(status, FAILED)
    try:
        symbol.encode(console.encoding)
    except UnicodeEncodeError:
        symbol = letters
    return Text(symbol, style)


def heading(exercise: ExerciseResult, console: Console) -> Text:
    """Name an exercise, with how it ended and the points."""
    text = Text.assemble(mark(exercise.status, console), " ", (f"{exercise.exercise_id} {exercise.title}", "bold"))
    return text.append(f"  {exercise.status}, {exercise.points:g}/{exercise.possible} points", "dim")


def found(exercise: ExerciseResult, package: str, console: Console) -> RenderableType:
    """Lay out what was found out about one exercise."""
    sections = (
        _problem(exercise, package),
        Text(HUNT, "dim") if none_is_mended(exercise) else _checks(exercise.checks, package, console),
        _output(exercise.output),
        Text(IMPORTS_SOLUTIONS, "yellow") if exercise.imports_solutions else None,
        *(Text(note, "yellow") for note in exercise.notes),
    )
    return Group(heading(exercise, console), *_indented(sections))


def advice(exercise: ExerciseResult, package: str) -> RenderableType:
    """Lay out what helps with one exercise: the misconception that it looks like, and what to do next."""
    by_hand = None if none_is_mended(exercise) else _by_hand(exercise, package)
    return Group(*_indented((_diagnosis(exercise), by_hand, _next_steps(exercise, package))))


def _indented(sections: Iterable[RenderableType | None]) -> list[RenderableType]:
    return [Padding(section, (1, 0, 0, 2)) for section in sections if section]


def _problem(exercise: ExerciseResult, package: str) -> RenderableType | None:
    if not exercise.problem:
        return None
    return Group(Text(exercise.problem, "red"), *([_code(exercise.lines, package)] if exercise.lines else []))


def _diagnosis(exercise: ExerciseResult) -> RenderableType | None:
    diagnosis = exercise.diagnosis
    if diagnosis is None:
        return Text(f"No diagnosis within {DIAGNOSIS:.0f} s.", "dim") if exercise.gave_up else None
    found = [diagnosis, *([diagnosis.second] if diagnosis.second else [])]
    mistakes = "two known mistakes" if diagnosis.second else "a known mistake"
    sure = f"This looks like {mistakes}:" if diagnosis.certain else f"Most of this looks like {mistakes}:"
    each = [(Padding(Text(one.name, "bold yellow"), (0, 2)), Text(one.hint)) for one in found]
    return Group(Text(sure), *(part for pair in each for part in pair))


def _by_hand(exercise: ExerciseResult, package: str) -> RenderableType | None:
    """Give the lines that run the first wrong case again, to be pasted into a Python prompt or a notebook."""
    for number, check in enumerate(exercise.checks, start=1):
        if check.problem:
            earlier = any(check.case in (*each.right, *each.wrong) for each in exercise.checks[: number - 1])
            arguments = [repr(exercise.exercise_id), *([repr(check.case)] if check.case else [])]
            arguments += [f"check={number}"] if earlier or not check.case else []
            arguments += [] if _is_own(package) else [f"package={package!r}"]
            lines = Text(f"from checks import case\ncase({', '.join(arguments)})", no_wrap=True, overflow="ignore")
            return Group(Text("Run this case by hand, in a Python prompt or a notebook:"), Padding(lines, (0, 0, 0, 2)))
    return None


def _is_own(package: str) -> bool:
    return Path(package).resolve() == TUTORIAL


def _output(output: str) -> RenderableType | None:
    if not output:
        return None
    lines = output.rstrip("\n").split("\n")
    more = [f"… and {len(lines) - MOST_OUTPUT} more lines"] if len(lines) > MOST_OUTPUT else []
    shown = "\n".join([line[:500] for line in lines[:MOST_OUTPUT]] + more)
    return Group(Text("Your code printed:", "dim"), Padding(Text(shown), (0, 2)))


def _checks(checks: tuple[CheckResult, ...], package: str, console: Console) -> RenderableType | None:
    """List all checks: the first that does not pass in detail.

    Not a word is said of those that fail in the same way, nor of edges before the idea works.
    """
    first = next((check for check in checks if check.problem), None)
    told = [check for check in checks if check.problem and not check.like and first and check.part is first.part]
    lines = [_check(check, check in told, console) for check in checks]
    if first is None:
        return Group(*lines) if lines else None
    for check in told:
        details = _details(check, checks, package, console) if check is first else _code(check.lines[-1:], package)
        if check is first or check.lines:
            at = checks.index(check)
            lines[at] = Group(lines[at], Padding(details, (0, 0, int(check is first), 4)))
    silent = any(check.problem and not check.like and check not in told for check in checks)
    return Group(*lines, *([Text(CAREFUL_LATER, "dim")] if silent else []))


def none_is_mended(exercise: ExerciseResult) -> bool:
    """Tell whether all mistakes of a given program are still in it: then its checks would say where to look."""
    planted = {
        claim for mistake in mistakes_of(load_course().exercise(exercise.exercise_id)) for claim in mistake.claims
    }
    failing = {check.claim for check in exercise.checks if check.verdict is not Outcome.PASSED}
    return bool(planted) and planted <= failing


def _check(check: CheckResult, told: bool, console: Console) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    careful = Text("  careful", "dim") if check.part is Part.CAREFUL else Text()
    table.add_row(mark(check.verdict, console), Text(check.claim).append_text(careful))
    if told:
        case = f" ({check.case})" if check.case else ""
        table.add_row("", Text(f"{check.problem}{case}", "red"))
    return table


def _details(check: CheckResult, checks: tuple[CheckResult, ...], package: str, console: Console) -> RenderableType:
    """Say what is known of a failure: where the code stopped, for which cases, how, and show the smallest one."""
    alike = sum(other.like == check.claim for other in checks)
    more = f"and in {alike} more {'check' if alike == 1 else 'checks'}, in the same way" if alike else ""
    pair = Table.grid(padding=(0, 1))
    if not check.picture:
        for name, value in {"expected": check.expected, "got": check.observed}.items():
            if value:
                pair.add_row(Text(name, "dim"), Text(value))
    sections = (
        _code(check.lines, package) if check.lines else None,
        Text(check.contrast),
        Text(check.relation, "bold"),
        pair if pair.rows else None,
        pictures.draw(check.picture, console) if check.picture else None,
        Text(more, "dim"),
    )
    return Group(*(section for section in sections if section))


def _code(lines: tuple[CodeLine, ...], package: str) -> Text:
    """Show the learner's own lines of a traceback, the innermost last."""
    shown = []
    for line in dict.fromkeys(lines):
        place = f"{Path(package, *Path(line.file).parts[1:])}:{line.number}"
        values = f"\n    with {line.values}" if line.values else ""
        shown.append(f"{place}{f' in {line.function}' if line.function else ''}\n    {line.text}{values}")
    return Text("\n".join(shown), "cyan")


def _next_steps(exercise: ExerciseResult, package: str) -> RenderableType:
    """Name the commands that help from here."""
    exercise_id = exercise.exercise_id
    following = _following(exercise_id, load_course())
    option = "" if _is_own(package) else f" --package {_quoted(package)}"
    go_on = f"checks run {following}{option}" if following else ""
    if exercise.status is Status.PASSED:
        steps = {"Compare": f"checks show {exercise_id}{option}", "Go on": go_on}
    else:
        file, _, name = exercise.target.partition(".")
        steps = {
            "Edit": f"{Path(package, file)}.py, {name}",
            "Check": f"checks run {exercise_id}{option}",
            "Hint": f"checks hint {exercise_id}",
            "Why": "" if load_given(load_course().exercise(exercise_id)) else f"checks why {exercise_id}{option}",
            "Go on": go_on if exercise.status is Status.WORKS else "",
        }
    table = Table.grid(padding=(0, 2))
    for step, command in {**steps, "Read": address(load_course().exercise(exercise_id))}.items():
        if command:
            table.add_row(Text(step, "dim"), command)
    return table


def _quoted(path: str) -> str:
    """Write a path as a shell takes it."""
    import shlex

    return shlex.quote(path)


def _following(exercise_id: str, course: Course) -> str:
    ids = [exercise.exercise_id for exercise in course.exercises]
    return next(iter(ids[ids.index(exercise_id) + 1 :]), "")
