"""A made class: answers of the bank, graded once, and handed in by students who are drawn from a seed."""

import random
from dataclasses import dataclass, replace

from checks.cohort.students import Student
from checks.course import SOLUTIONS, load_course
from checks.grader.grading import Grader
from checks.grader.record import Intake, Result, record_of
from checks.grader.results import ExerciseResult, result_of
from checks.maintain.cases import alternatives, splice
from checks.maintain.stubs import fresh_stubs
from checks.protocol.verdicts import Status
from checks.referee.misconceptions import load_misconceptions
from checks.source.definitions import definition_text, replace_definition
from checks.source.files import Submission, read_sources

EXERCISES = ("1.1", "1.2", "1.6", "2.1", "3.2", "4.6")
SOURCES = read_sources(SOLUTIONS)
NAMES = ("Ada", "Bela", "Chike", "Dalia", "Emre", "Farah", "Goran", "Hana", "Imani", "Jun", "Kofi", "Lena", "Mira")
FAMILIES = ("Abara", "Brandt", "Castellano", "Dvořák", "Eriksen", "Fontaine", "Grünwald", "Haddad", "Ito")


@dataclass(frozen=True)
class Answer:
    """An answer to one exercise: the text of its target, and what grading it found."""

    definition: str
    result: ExerciseResult


@dataclass(frozen=True)
class Class:
    """A class: what `write_report` is given."""

    results: tuple[Result, ...]
    sources: dict[str, dict[str, str]]
    roster: dict[str, Student]


def grade_bank(ids=EXERCISES, most=99):
    """Grade the bank's answers.

    Args:
        ids: Of which exercises.
        most: Misconceptions of each.
    """
    with Grader() as grader:
        return {exercise_id: list(_graded(grader, exercise_id, most)) for exercise_id in ids}


def _graded(grader, exercise_id, most):
    exercise = load_course().exercise(exercise_id)
    text = SOURCES[exercise.file]
    texts = [text, *(splice(text, exercise, path.read_text(encoding="utf-8")) for path in alternatives(exercise))]
    texts += [wrong.apply(text, exercise) for wrong in load_misconceptions(exercise)[:most]]
    texts.append(_with_body(text, exercise, "raise KeyError('nobody thought of this')"))
    texts.append(_with_body(text, exercise, "return 7"))
    for answer in texts:
        submission = Submission("tutorial", {**SOURCES, exercise.file: answer})
        (result,) = grader.grade(submission, [exercise])
        yield Answer(definition_text(answer, exercise.path), result)


def _with_body(text, exercise, body):
    """Give the target another body; a class gets it in a method."""
    head = definition_text(text, exercise.path).split("\n")[0]
    if head.lstrip().startswith("class"):
        return replace_definition(text, exercise.path, f"{head}\n    def forward(self, *arguments):\n        {body}")
    return replace_definition(text, exercise.path, f"def {exercise.path[-1]}(*arguments, **options):\n    {body}")


def make_class(bank, students=60, seed=1):
    """Draw a class: some good, some less so, two archives that are broken, and one student who hands in nothing."""
    draw = random.Random(seed)
    ids = [f"s{number:03}" for number in range(1, students + 1)]
    people = [f"{draw.choice(NAMES)} {draw.choice(FAMILIES)}" for _ in ids]
    roster = {
        one: Student(one, name, f"{one}@school.example", draw.choice("AB"))
        for one, name in zip(ids, people, strict=True)
    }
    roster["s999"] = Student("s999", "Noor Quist", "s999@school.example", "A")
    handed_in = [_draw_student(draw, bank, roster[one]) for one in ids[:-2]]
    broken = [_broken(one, bank) for one in ids[-2:]]
    results = (*(result for result, _ in handed_in), *broken)
    return Class(results, {one: sources for one, (_, sources) in zip(ids, handed_in, strict=False)}, roster)


def _draw_student(draw, bank, student):
    skill, reach = draw.betavariate(4, 2), draw.randint(2, len(bank) + 4)
    texts, results = dict(fresh_stubs()), []
    for at, (exercise_id, answers) in enumerate(bank.items()):
        exercise = load_course().exercise(exercise_id)
        if at >= reach:
            results.append(result_of(exercise))
            continue
        answer = _draw_answer(draw, answers, skill)
        definition = f"{answer.definition.rstrip()}\n# written by {student.name}\n"
        texts[exercise.file] = replace_definition(texts[exercise.file], exercise.path, definition)
        results.append(_mishap(draw, answer.result))
    intake = Intake(
        student.student,
        f"{student.name}.zip",
        tuple(f"{file}.py" for file in texts),
        renamed=("my_pooling.py -> pooling.py",) if draw.random() < 0.1 else (),
        ignored=("notes.txt", ".DS_Store") if draw.random() < 0.3 else (),
        submitted=f"2026-11-{draw.randint(20, 29)}T{draw.randint(10, 23)}:05:00+00:00",
    )
    submission = Submission(student.student, texts, contents={f"{file}.py": b"" for file in texts})
    return replace(record_of(submission, results), isolation="bubblewrap", intake=intake), texts


def _draw_answer(draw, answers, skill):
    right = [answer for answer in answers if answer.result.status is Status.PASSED]
    wrong = [answer for answer in answers if answer.result.status is not Status.PASSED]
    if draw.random() < skill:
        return draw.choice(right)
    weights = [1 / (2 + at) for at in range(len(wrong))]  # some mistakes are more popular than others
    return draw.choices(wrong, weights)[0]


def _mishap(draw, result):
    """Let a machine fail now and then, and a student be stuck in a loop, or look at the reference."""
    luck = draw.random()
    if luck < 0.01:
        problem = "this exercise could not be judged, by no fault of yours; what happened is written in /srv/report.txt"
        facts = {"status": Status.NOT_JUDGED, "points": 0, "checks": (), "diagnosis": None, "problem": problem}
        return replace(result, **facts)
    if luck < 0.02:
        problem = "your code had not come to an end after 30 s"
        return replace(
            result, status=Status.TIMED_OUT, points=0, checks=(), diagnosis=None, problem=problem, output="still here\n"
        )
    return replace(result, imports_solutions=luck < 0.03)


def _broken(student, bank):
    problem = "your archive is damaged: make it again, and try whether it opens"
    intake = Intake(student, f"{student}.zip", problem=problem)
    results = [result_of(load_course().exercise(one), Status.ERROR, problem) for one in bank]
    return replace(record_of(Submission(student, {}), results), isolation="bubblewrap", intake=intake)
