"""The page of the class: what its instructor needs to see, the most urgent first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from ...course import load_course
from ...grader.record import Result
from ...grader.results import ExerciseResult
from ...protocol.verdicts import Status
from ...reports.pages import link
from ..policy import handed_in_nothing
from .people import People, Person
from .render import render
from .samples import Key, Sources, collect
from .statistics import (
    TENTHS,
    CheckCounts,
    ExerciseCounts,
    Finding,
    Group,
    count_checks,
    count_exercises,
    group_of,
    in_order,
    is_readable,
    misunderstandings,
    points_by_task,
    problems_without_name,
    student_of,
    summary,
    tenths,
)

# How many misunderstandings are shown with their code, at once and behind a fold; and how many without a name.
OPEN, FOLDED, UNNAMED = 12, 48, 8
STOPPED = (Status.TIMED_OUT, Status.OUT_OF_MEMORY, Status.EXITED)


@dataclass(frozen=True)
class Notice:
    """Something to look at.

    Attributes:
        title: What it is.
        advice: What to do about it.
        entries: Whom it is about, and what exactly.
        urgent: It must be dealt with before anybody is told their points.
    """

    title: str
    advice: str
    entries: tuple[tuple[Person, str], ...]
    urgent: bool = False


@dataclass(frozen=True)
class Shown:
    """What was found, with where it is explained and the code behind it."""

    finding: Finding
    title: str
    address: str
    pieces: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """A student in the table.

    Attributes:
        person: Who.
        problem: Why there is nothing to show of them.
        counts: Points that count.
        earned: Points, if not all of them count.
        tasks: Points of each task, earned and to be earned, and its exercises as groups.
    """

    person: Person
    problem: str = ""
    counts: float = 0
    earned: float | None = None
    tasks: tuple[tuple[float, int, tuple[Group, ...]], ...] = ()


def class_page(
    results: Sequence[Result],
    sources: Sources,
    people: People,
    adjusted: Mapping[str, tuple[float, str]],
) -> bytes:
    """Lay the page out.

    Args:
        results: One for each submission.
        sources: Students' texts: some code is shown.
        people: Who the students are.
        adjusted: Points under the rules of the class.
    """
    readable = [result for result in results if is_readable(result)]
    checks = count_checks(readable)
    named, unnamed = misunderstandings(readable), problems_without_name(readable)
    in_detail = [*named[: OPEN + FOLDED], *unnamed[:UNNAMED]]
    pieces = collect(readable, sources, people.roster, {(one.exercise_id, one.name) for one in in_detail})
    handed_in = [result for result in _sorted(results) if not handed_in_nothing(result)]
    absent = _absent(results, people)
    rows = [
        *(_row(result, people, adjusted) for result in handed_in),
        *(Row(who, "handed in nothing") for who in absent),
    ]
    return render(
        "class.html",
        students=len(rows),
        handed_in=len(handed_in),
        summary=summary(readable),
        facts=_facts(results),
        notices=list(_notices(handed_in, absent, people)),
        tenths=_columns(tenths(readable)),
        named=[_shown(one, pieces) for one in named[:OPEN]],
        folded=[_shown(one, pieces) for one in named[OPEN : OPEN + FOLDED]],
        rare=named[OPEN + FOLDED :],
        unnamed=[_shown(one, pieces) for one in unnamed[:UNNAMED]],
        rare_unnamed=unnamed[UNNAMED:],
        tasks=_tasks(readable),
        stops=_stops(readable),
        addresses={one.exercise_id: link(load_course().exercise(one.exercise_id)) for one in in_order(readable)},
        nobody=_with_links(check for check in checks if check.nobody_passes),
        everybody=_with_links(check for check in checks if check.everybody_passes),
        rows=rows,
        task_titles=_task_titles(readable),
        any_taken_off=any(row.earned is not None for row in rows),
        any_section=not people.anonymous and any(student.section for student in people.roster.values()),
    )


def _absent(results: Sequence[Result], people: People) -> list[Person]:
    """List who has handed in nothing; who has no result has no page, either."""
    pages = {student_of(result) for result in results}
    handed_in = {student_of(result) for result in results if not handed_in_nothing(result)}
    everybody = map(people.person, sorted((set(people.roster) | pages) - handed_in))
    return [who if who.student in pages else replace(who, address="") for who in everybody]


def _facts(results: Sequence[Result]) -> dict[str, str]:
    """Say what graded: of all submissions, should they differ."""
    facts = {
        "course": {result.release for result in results},
        "isolation": {result.isolation for result in results},
        "Python": {result.python for result in results},
        "torch": {result.torch for result in results},
    }
    return {name: ", ".join(sorted(filter(None, values))) for name, values in facts.items()}


def _notices(handed_in: Sequence[Result], absent: Iterable[Person], people: People) -> Iterable[Notice]:
    """List what to look at, the grader's own faults first."""
    unread = [
        (people.person(student_of(result)), result.intake.problem)
        for result in handed_in
        if result.intake and not is_readable(result)
    ]
    doubtful = [
        (people.person(student_of(result)), "; ".join(result.intake.doubts))
        for result in handed_in
        if result.intake and result.intake.doubts
    ]
    readable = [result for result in handed_in if is_readable(result)]
    candidates = (
        Notice("Not judged", NOT_JUDGED, _entries(readable, people, _not_judged), urgent=True),
        Notice("Could not be read", UNREAD, tuple(unread), urgent=True),
        Notice("To be decided", DOUBTS, tuple(doubtful)),
        Notice("Import the solutions", IMPORTS, _entries(readable, people, lambda one: one.imports_solutions)),
        Notice("Did not come to an end", ENDLESS, _entries(readable, people, lambda one: one.status in STOPPED)),
        Notice("Handed in nothing", ABSENT, tuple((who, "") for who in absent)),
    )
    return (notice for notice in candidates if notice.entries)


NOT_JUDGED = "The grader failed here, not the student: no points are decided. Grade these again."
UNREAD = "Nothing of these could be graded. Each says why, in words for the student."
DOUBTS = "The grader has chosen, and may have chosen what was not meant. What it took stands in the records."
IMPORTS = "The code imports the reference. That proves nothing by itself: look at the code."
ENDLESS = "The code ran out of time or memory, or ended its process. It was run a second time before it counted."
ABSENT = "They stand in the roster, and there is no submission with their id."


def _not_judged(exercise: ExerciseResult) -> bool:
    return exercise.status is Status.NOT_JUDGED


def _entries(
    results: Iterable[Result], people: People, wanted: Callable[[ExerciseResult], bool]
) -> tuple[tuple[Person, str], ...]:
    """Name the exercises that are meant, for each student who has some."""
    found = ((student_of(result), [one for one in in_order([result]) if wanted(one)]) for result in results)
    return tuple((people.person(student), ", ".join(map(_named, meant))) for student, meant in found if meant)


def _named(exercise: ExerciseResult) -> str:
    """Name an exercise; with what went wrong, if that is for the instructor."""
    told = f" ({exercise.problem.rpartition('; ')[2]})" if _not_judged(exercise) and exercise.problem else ""
    ended = f" {exercise.status}" if exercise.status in STOPPED else ""
    return f"{exercise.exercise_id}{ended}{told}"


def _columns(counts: Sequence[int]) -> list[tuple[str, int, float]]:
    """Give each column of the histogram: its label in percent, how many, and its height from 0 to 1."""
    labels = [f"{10 * at}–{10 * at + 9}" for at in range(TENTHS)] + ["100"]
    return [(label, count, count / (max(counts) or 1)) for label, count in zip(labels, counts, strict=True)]


def _shown(finding: Finding, pieces: Mapping[Key, tuple[str, ...]]) -> Shown:
    exercise = load_course().exercise(finding.exercise_id)
    return Shown(finding, exercise.title, link(exercise), pieces.get((finding.exercise_id, finding.name), ()))


def _tasks(results: Sequence[Result]) -> list[tuple[str, list[ExerciseCounts]]]:
    """Give the exercises' counts, task by task."""
    counts = count_exercises(results)
    titles = load_course().tasks
    by_task = groupby(counts, key=lambda one: load_course().exercise(one.exercise_id).task)
    return [(f"{task} {titles[task]}", list(mine)) for task, mine in by_task]


def _stops(results: Sequence[Result]) -> list[ExerciseCounts]:
    """Give the exercises where most people stop, short of the last one."""
    counts = sorted(count_exercises(results)[:-1], key=lambda one: -one.stopped)
    return [one for one in counts[:3] if one.stopped]


def _with_links(checks: Iterable[CheckCounts]) -> list[tuple[str, str, list[CheckCounts]]]:
    """Give checks by exercise: its name, its page, and them."""
    course = load_course()
    exercises = ((course.exercise(name), list(mine)) for name, mine in groupby(checks, key=lambda one: one.exercise_id))
    return [(f"{exercise.exercise_id} {exercise.title}", link(exercise), mine) for exercise, mine in exercises]


def _sorted(results: Iterable[Result]) -> list[Result]:
    return sorted(results, key=student_of)


def _task_titles(results: Sequence[Result]) -> list[tuple[int, str]]:
    tasks = dict.fromkeys(load_course().exercise(one.exercise_id).task for one in in_order(results))
    return [(task, load_course().tasks[task]) for task in tasks]


def _row(result: Result, people: People, adjusted: Mapping[str, tuple[float, str]]) -> Row:
    student = student_of(result)
    if not is_readable(result):
        return Row(people.person(student), "could not be read")
    counts, _ = adjusted.get(student, (result.points, ""))
    by_task = groupby(in_order([result]), key=lambda one: load_course().exercise(one.exercise_id).task)
    groups = [tuple(group_of(one, result.files) for one in mine) for _, mine in by_task]
    tasks = zip(points_by_task(result).values(), groups, strict=True)
    earned = result.points if counts != result.points else None
    return Row(people.person(student), "", counts, earned, tuple((*both, marks) for both, marks in tasks))
