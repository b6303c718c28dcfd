"""A made class: submissions whose verdicts are known, in all the forms in which students hand in.

Each student answers from the course's own bank: the reference, its alternatives, its misconceptions, or nothing. Some
do harm, some hand in what cannot be read, some nothing at all. The same seed makes the same bytes.
"""

import csv
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ..course import Exercise, load_course
from ..source.definitions import definition_text, remove_definition
from ..source.given import load_given
from .made_answers import STUB, Answer, bomb, compose, read_reference, right_answers, stub, wrong_answers
from .made_forms import FORMS, ONE_FILE, SOME_FILES, cell_of, write_notebook
from .made_mischief import BOMBS, BROKEN, EMPTY
from .stubs import fresh_stubs

MISSING, NO_PACKAGE = "missing", "no package"
BOMBED = ("1.1", "1.2", "1.6")  # whose targets are functions
SPECIAL = 10  # students of each special kind, in a class that is large enough
NOTEBOOK, HARMFUL = "a notebook", "a zip with a top folder"
OPENED = datetime(2026, 3, 2, 8, tzinfo=UTC)

GIVEN_NAMES = (
    "Ada",
    "Björn",
    "Chloë",
    "Đorđe",
    "Emeka",
    "Fatıma",
    "Grace",
    "Hồng",
    "Íñigo",
    "Jürgen",
    "Keiko",
    "Łukasz",
)
FAMILY_NAMES = (
    "Ångström",
    "Brown",
    "Çelik",
    "D'Souza",
    "García Márquez",
    "Kowalczyk",
    "Li",
    "Nguyễn",
    "O'Neill",
    "Smith, Jr.",
)


@dataclass(frozen=True)
class MadeStudent:
    """A student.

    Attributes:
        student: Id.
        form: In which they hand in: a name among the forms, or what is special about them.
        answers: To the exercises that they have answered, or left as they were.
    """

    student: str
    form: str
    answers: tuple[Answer, ...] = ()


def make_class(folder: Path, students: int = 300, seed: int = 0) -> None:
    """Write a class: `submissions/`, `roster.csv`, `times.csv`, and in `expected.csv` what grading must find.

    Args:
        folder: Where to; it is made.
        students: How many.
        seed: Of all that is drawn.

    Raises:
        ValueError: There is something in the folder, or there are no students.
    """
    if students < 1:
        raise ValueError(f"students is {students}, but must be at least 1")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(f"folder is {str(folder)!r}, but that is there already: name a new one")
    rng = random.Random(seed)
    made = _students(students, rng)
    submissions = folder / "submissions"
    submissions.mkdir(parents=True)
    for student in made:
        _hand_in(submissions, student)
    _write(folder / "roster.csv", ("id", "name", "email", "section"), [_roster_row(each, rng) for each in made])
    _write(folder / "times.csv", ("id", "submitted"), [_time_row(each, rng) for each in made if each.answers])
    rows = [row for student in made for row in expected_rows(student)]
    _write(folder / "expected.csv", ("id", "form", "exercise", "answer", "expected"), rows)


def _students(count: int, rng: random.Random) -> list[MadeStudent]:
    """Draw who hands in what; those that are special stand anywhere in the class."""
    few = min(SPECIAL, count // 10)
    special = [kind for kinds in (BOMBS, BROKEN, EMPTY) for kind in list(kinds)[:few]]
    kinds = [*special, *("" for _ in range(count - len(special)))]
    rng.shuffle(kinds)
    return [_student(f"s{number:03}", kind, rng) for number, kind in enumerate(kinds, start=1)]


def _student(student: str, kind: str, rng: random.Random) -> MadeStudent:
    if kind in BROKEN or kind in EMPTY:
        return MadeStudent(student, kind)
    answers = _answer_all(rng)
    if kind:
        target = rng.choice([number for number, each in enumerate(answers) if each.exercise.exercise_id in BOMBED])
        answers[target] = bomb(answers[target].exercise, kind)
    return MadeStudent(student, kind or rng.choice([*FORMS, NOTEBOOK]), tuple(answers))


def _answer_all(rng: random.Random) -> list[Answer]:
    """Answer the exercises in turn, as far as the student comes: the harder one is, the fewer are right."""
    exercises = load_course().exercises
    ability, reached = rng.betavariate(3, 2), round(len(exercises) * rng.betavariate(2.5, 1.2))
    answered = []
    for number, exercise in enumerate(exercises):
        started = number < reached and rng.random() < 0.97
        right = rng.random() < 1.2 * ability - 0.1 * (exercise.difficulty - 3)
        answered.append(_draw(exercise, started, right, rng))
    return answered


def _draw(exercise: Exercise, started: bool, right: bool, rng: random.Random) -> Answer:
    """Draw an answer: of the wrong ones, some are given far more often than others."""
    if not started:
        return stub(exercise)
    choices = right_answers(exercise) if right else wrong_answers(exercise)
    return rng.choices(choices, [1 / rank for rank in range(1, len(choices) + 1)])[0]


def sources_of(answers: Sequence[Answer]) -> dict[str, str]:
    """Write a student's package: file name without suffix to text."""
    by_file: dict[str, list[Answer]] = {}
    for answer in answers:
        by_file.setdefault(answer.exercise.file, []).append(answer)
    return {**fresh_stubs(), **{file: compose(file, several) for file, several in by_file.items()}}


def expected_rows(student: MadeStudent) -> list[tuple[str, ...]]:
    """Say what grading must find of a student: a row for each exercise, or one if there is no package."""
    if not student.answers:
        return [(student.student, student.form, "", "", NO_PACKAGE)]
    there = files_of(student)
    return [
        (student.student, student.form, each.exercise.exercise_id, each.name, each.expected)
        if each.exercise.file in there
        else (student.student, student.form, each.exercise.exercise_id, "", MISSING)
        for each in known_answers(student)
    ]


def known_answers(student: MadeStudent) -> list[Answer]:
    """Give a student's answers as they can be handed in: a given program is in no notebook."""
    if student.form != NOTEBOOK:
        return list(student.answers)
    return [stub(each.exercise) if load_given(each.exercise) else each for each in student.answers]


def files_of(student: MadeStudent) -> list[str]:
    """List the files that a student hands in: of some forms, only those that were worked at, and never none.

    A notebook stands for the files that its cells belong to.
    """
    files = list(fresh_stubs())
    if student.form not in (SOME_FILES, ONE_FILE, NOTEBOOK):
        return files
    worked_at = dict.fromkeys(each.exercise.file for each in known_answers(student) if each.name != STUB)
    if student.form == NOTEBOOK:
        return list(worked_at)
    return list(worked_at or [student.answers[0].exercise.file])[: 1 if student.form == ONE_FILE else None]


def _hand_in(folder: Path, student: MadeStudent) -> None:
    """Write a student's submission."""
    place = folder / student.student
    if write := {**BROKEN, **EMPTY}.get(student.form):
        write(place)
    elif student.form == NOTEBOOK:
        write_notebook(place, [_cell(each) for each in known_answers(student) if each.name != STUB])
    else:
        sources = sources_of(student.answers)
        form = FORMS[student.form if student.form in FORMS else HARMFUL]
        form(place, {file: sources[file] for file in files_of(student)}, read_reference())


def _cell(answer: Answer) -> str:
    """Write an answer as a notebook's cell, with its helpers."""
    exercise, text = answer.exercise, answer.make()
    if answer.source:
        definition = definition_text(answer.source, exercise.path[-1:])
        return cell_of(exercise.path, remove_definition(answer.source, exercise.path[-1:]), definition)
    helpers = "\n\n".join(definition_text(text, (part,)) for part in exercise.parts)
    return cell_of(exercise.path, helpers, definition_text(text, exercise.path))


def _roster_row(student: MadeStudent, rng: random.Random) -> tuple[str, ...]:
    name = f"{rng.choice(GIVEN_NAMES)} {rng.choice(FAMILY_NAMES)}"
    return student.student, name, f"{student.student}@example.org", rng.choice(("Monday", "Friday"))


def _time_row(student: MadeStudent, rng: random.Random) -> tuple[str, str]:
    return student.student, (OPENED + timedelta(minutes=rng.randrange(14 * 24 * 60))).isoformat()


def _write(path: Path, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)
