"""The proof that the course is sound: right answers pass, wrong ones are caught and named, tolerances lie between."""

import pytest

from checks.course import LOCAL_SEED, load_course
from checks.grader.grading import Grader
from checks.maintain.made_answers import read_reference, right_answers
from checks.maintain.sharing import maintainers_grader
from checks.maintain.soundness import prove, verify
from checks.maintain.survivors import PAGE, fingerprint, page, read_record
from checks.maintain.tolerances import measure
from checks.protocol.verdicts import Status
from checks.referee.expected import Expected
from checks.source.files import Submission

CLASS_SEED = 7_040_114_514_331  # any other than the learners'
EXERCISES = load_course().exercises
every_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.exercise_id)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the misconceptions' observations are kept from the first test of an exercise to the second."""
    return tmp_path_factory.mktemp("expected")


@pytest.fixture(scope="module")
def grader(folder):
    with maintainers_grader(folder) as grader:
        yield grader


@every_exercise
def test_exercise_is_sound(exercise, grader):
    assert prove(grader, exercise) == []


@pytest.fixture(scope="module")
def class_grader():
    with Grader(seed=CLASS_SEED) as grader:
        yield grader


@every_exercise
def test_right_answers_pass_under_a_seed_of_a_class(exercise, class_grader):
    refused = [
        answer.name
        for answer in right_answers(exercise)
        for result in class_grader.grade(
            Submission(answer.name, {**read_reference(), exercise.file: answer.make()}), [exercise], untouched=True
        )
        if result.status is not Status.PASSED
    ]
    assert refused == []


def test_verify_proves_several_at_a_time():
    assert list(verify(EXERCISES[:2])) == [[], []]


@pytest.fixture(scope="module")
def expected(folder):
    expected = Expected(LOCAL_SEED)
    expected.remember(folder)
    return expected


@every_exercise
def test_tolerances_lie_between_equal_and_wrong_answers(exercise, expected):
    for tolerance in measure(exercise, expected):
        assert tolerance.spread < 1 < tolerance.nearest, tolerance


def test_mutants_were_graded_with_these_checks():
    record = read_record()
    stale = [
        exercise.exercise_id
        for exercise in EXERCISES
        if record.get(exercise.exercise_id, {}).get("fingerprint") != fingerprint(exercise)
    ]
    assert not stale, f"run: checks maintain mutants {' '.join(stale)} --write"


def test_mutants_page_is_made_from_the_record():
    assert PAGE.read_text(encoding="utf-8") == page(read_record())


def test_surviving_mutants_are_few_and_have_a_reason():
    entries = read_record().values()
    survivors = [survivor for entry in entries for survivor in entry["survivors"]]
    assert [survivor["change"] for survivor in survivors if not survivor["reason"]] == []
    equivalent = sum(survivor["equivalent"] for survivor in survivors)
    total = sum(entry["total"] for entry in entries)
    assert len(survivors) - equivalent <= 0.03 * (total - equivalent)
