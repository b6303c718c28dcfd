"""The proof that the course is sound: right answers pass, wrong ones are caught and named, tolerances lie between."""

import pytest

from checks.course import load_course
from checks.grading import LOCAL_SEED, Grader
from checks.maintain import prove, verify
from checks.referee import Referee
from checks.survivors import PAGE, fingerprint, page, read_record
from checks.tolerances import measure

EXERCISES = load_course().exercises
every_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)


@pytest.fixture(scope="module")
def grader():
    with Grader() as grader:
        yield grader


@every_exercise
def test_exercise_is_sound(exercise, grader):
    assert prove(grader, exercise) == []


def test_verify_proves_several_at_a_time_and_tells_when_one_is_done():
    done = []
    assert verify(EXERCISES[:2], done.append) == []
    assert sorted(done) == ["1.1", "1.2"]


@pytest.fixture(scope="module")
def referee():
    return Referee(LOCAL_SEED)


@every_exercise
def test_tolerances_lie_between_equal_and_wrong_answers(exercise, referee):
    for tolerance in measure(exercise, referee):
        assert tolerance.spread < 1 < tolerance.nearest, tolerance


def test_mutants_were_graded_with_these_checks():
    record = read_record()
    stale = [
        exercise.id for exercise in EXERCISES if record.get(exercise.id, {}).get("fingerprint") != fingerprint(exercise)
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
