"""What a learner has reached: what works now with their own code, how they got there, and what comes next."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..course import Exercise, load_course
from ..grader.history import History, Past
from ..grader.progress import News, tasks_in_a_row
from ..grader.results import ExerciseResult
from .telling import counted

NEXT = {
    "python -m tutorial demo": "the whole system in a minute, by your code",
    "python -m tutorial train --data my.csv": "your own sentences: columns sentence,taskA,taskB; any classes",
    "checks challenge start my-project": "an open end: a target on sentences that nobody has seen",
    "checks record": "a page of record to print or to keep",
    "make site": "the pages under “Decisions”: what to choose, with the measurements behind it",
}


class Lived(NamedTuple):
    """An exercise that has passed, and what its history says."""

    exercise: Exercise
    past: Past


def reward(number: int) -> RenderableType:
    """Say what works with the learner's own code, now that a task does."""
    course = load_course()
    title = Text(f"Task {number}, {course.tasks[number]}, works.", "bold green")
    if number not in course.rewards:
        return title
    promised = course.rewards[number]
    lines = (Text("What you can do now, with your own code:"), _command(promised.command), Text(promised.shows))
    return Group(title, *(Padding(line, (1, 0, 0, 2)) for line in lines))


def waiting(number: int) -> RenderableType:
    """Say that a task works, but what it is for needs the tasks before it."""
    title = load_course().tasks[number]
    return Text(f"Task {number}, {title}, works. To use it, finish the tasks before it.", "bold green").append(
        " An exercise whose code has changed since it passed is not finished: checks", "dim"
    )


def news_of(news: News, history: History) -> list[RenderableType]:
    """Lay out what a run has brought about; the closing screen, if that was the end."""
    if news.finished:
        return [closing(history)]
    return [*map(reward, news.works), *map(waiting, news.waits)]


def standing(results: Mapping[str, ExerciseResult], history: History) -> RenderableType | None:
    """Say below the overview what the learner can do by now, and how long it took; None where that is nothing."""
    course = load_course()
    statuses = {exercise_id: result.status for exercise_id, result in results.items()}
    usable = [task for task in tasks_in_a_row(statuses) if task in course.rewards]
    lines = [Text.assemble(("Works with your code: ", "dim"), course.rewards[max(usable)].command)] if usable else []
    if history.last_statuses():  # something was tried
        lines.append(Text(_so_far(history), "dim"))
    return Group(*lines) if lines else None


def _so_far(history: History) -> str:
    """Sum up the history in one line."""
    pasts = filter(None, (history.past(exercise.exercise_id) for exercise in load_course().exercises))
    tries = counted(sum(past.tries for past in pasts), "try", "tries")
    longest = _longest(lived(history))
    most = f"; {longest.exercise.exercise_id} took longest, {_minutes(longest.past.minutes)}" if longest else ""
    return f"So far: {tries}, {_minutes(history.minutes)}{most}."


def lived(history: History) -> list[Lived]:
    """List the exercises of which the history knows that they have passed."""
    pasts = [(exercise, history.past(exercise.exercise_id)) for exercise in load_course().exercises]
    return [Lived(exercise, past) for exercise, past in pasts if past and past.passed is not None]


def closing(history: History) -> RenderableType:
    """Look back and ahead, when every exercise passes."""
    heading = Text("You have built a multi-task sentence transformer: every exercise passes.", "bold green")
    built = "Encoder, two heads, freezing, the training loop, its evaluation: each line that matters is your own."
    sections = [Text(built), _figures(history), Text(_looking_back(lived(history))), _what_next()]
    return Group(heading, *(Padding(section, (1, 0, 0, 2)) for section in sections if section))


def _figures(history: History) -> RenderableType:
    """Set each task's points, tries and minutes beside what was expected."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column("task")
    for name in ("points", "tries", "minutes", "expected"):
        table.add_column(name, justify="right")
    course, known = load_course(), lived(history)
    for number, title in course.tasks.items():
        table.add_row(f"{number} {title}", *_sums(course.select(task=number), known))
    table.add_section()
    points, tries, _, expected = _sums(course.exercises, known)
    # Several exercises may be under way at once: their minutes add up to more than the time at work.
    table.add_row("", points, tries, f"{history.minutes:.0f}" if known else "–", expected, style="bold")
    return table


def _sums(exercises: Sequence[Exercise], known: Sequence[Lived]) -> tuple[str, ...]:
    pasts = [each.past for each in known if each.exercise in exercises]
    minutes = [past.minutes for past in pasts if past.minutes is not None]
    return (
        str(sum(exercise.points for exercise in exercises)),
        str(sum(past.tries for past in pasts)) if pasts else "–",
        f"{sum(minutes):.0f}" if minutes else "–",
        str(sum(exercise.minutes for exercise in exercises)),
    )


def _looking_back(known: Sequence[Lived]) -> str:
    if not known:
        return ""
    once, longest = sum(each.past.tries == 1 for each in known), _longest(known)
    told = [f"{once} of {len(known)} exercises passed at the first try."]
    if longest:
        exercise, past = longest
        tries = counted(past.tries, "try", "tries")
        told.append(f"{exercise.exercise_id}, {exercise.title}, took longest: {_minutes(past.minutes)}, {tries}.")
    return " ".join(told)


def _longest(known: Sequence[Lived]) -> Lived | None:
    timed = [each for each in known if each.past.minutes]
    return max(timed, key=lambda each: each.past.minutes or 0, default=None)


def _minutes(minutes: float | None) -> str:
    return counted(round(minutes or 0), "minute", "minutes")


def _what_next() -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan", no_wrap=True)
    for command, what in NEXT.items():
        table.add_row(command, what)
    return Group(Text("What next?", "bold"), Padding(table, (1, 0, 0, 0)))


def _command(command: str) -> Text:
    return Text(command, "cyan")
