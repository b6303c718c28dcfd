"""What a class's results say together, against a count by other means."""

import random
import statistics as python

import numpy as np
import pytest

from checks.cohort.report.statistics import (
    Group,
    count_checks,
    count_exercises,
    group_of,
    in_order,
    is_readable,
    last_tried,
    misunderstandings,
    points_by_task,
    problems_without_name,
    summary,
    tenths,
)
from checks.course import load_course
from checks.grader.record import Intake, Result
from checks.grader.results import ExerciseResult
from checks.protocol.verdicts import CheckResult, Diagnosis, Outcome, Status

IDS = ("1.1", "1.2", "2.1", "4.9", "4.10")  # in the course's order, which is not that of the letters
CLAIMS = ("first claim", "second claim")
NAMES = ("the mask was ignored", "the sum was taken")


def exercise(exercise_id, status, points=0.0, **facts):
    known = load_course().exercise(exercise_id)
    return ExerciseResult(exercise_id, known.title, known.target, status, points, known.points, **facts)


def result(*exercises, student="ada", files=None, problem=""):
    names = {f"{load_course().exercise(one.exercise_id).file}.py" for one in exercises}
    files = dict.fromkeys(names if files is None else files, "")
    return Result(student, exercises, files, intake=Intake(student, f"{student}.zip", problem=problem))


def drawn(draw, exercise_id):
    status = draw.choice(list(Status))
    possible = load_course().exercise(exercise_id).points
    points = {Status.PASSED: possible, Status.WORKS: 0.8 * possible}.get(status, 0)
    verdicts = [draw.choice(list(Outcome)) for _ in CLAIMS] if status in (Status.FAILED, Status.WORKS) else []
    checks = tuple(
        CheckResult(claim, verdict, problem="" if verdict is Outcome.PASSED else f"{claim} fails")
        for claim, verdict in zip(CLAIMS, verdicts, strict=False)
    )
    named = status in (Status.FAILED, Status.WORKS) and draw.random() < 0.6
    second = Diagnosis(NAMES[1], "sum", True) if draw.random() < 0.3 else None
    diagnosis = Diagnosis(NAMES[0], "mask", draw.random() < 0.5, second) if named else None
    return exercise(exercise_id, status, points, checks=checks, diagnosis=diagnosis)


@pytest.fixture(scope="module")
def results():
    draw = random.Random(5)
    return [result(*(drawn(draw, one) for one in IDS), student=f"s{number}") for number in range(80)]


def grid(results):
    """Give every status as a table: a row for each student, a column for each exercise."""
    return np.array([[one.status for one in result.exercises] for result in results])


def test_summary_agrees_with_python(results):
    points = [sum(one.points for one in result.exercises) for result in results]
    found = summary(results)
    assert found.read == len(results)
    assert found.mean == pytest.approx(python.fmean(points))
    assert found.median == pytest.approx(python.median(points))
    assert found.complete == (grid(results) == "passed").all(axis=1).sum()
    assert found.possible == sum(load_course().exercise(one).points for one in IDS)


def test_summary_of_nobody_is_nothing():
    found = summary([])
    assert (found.read, found.possible, found.mean, found.median, found.complete) == (0, 0, 0, 0, 0)
    assert count_exercises([]) == count_checks([]) == misunderstandings([]) == problems_without_name([]) == []
    assert sum(tenths([])) == 0


def test_tenths_agree_with_numpy(results):
    shares = np.array([100 * result.points / result.possible for result in results]).round(6)
    counted, _ = np.histogram(shares, bins=[*range(0, 101, 10), 1000])
    assert tenths(results) == counted.tolist()


@pytest.mark.parametrize(("points", "column"), [(0, 0), (0.3, 1), (0.9, 3), (2.9, 9), (3, 10)])
def test_tenths_take_no_rounding_error_for_less(points, column):
    assert tenths([result(exercise("1.1", Status.WORKS, points))]).index(1) == column


def test_exercises_are_counted_by_how_they_ended(results):
    statuses = grid(results)
    counted = count_exercises(results)
    assert [one.exercise_id for one in counted] == list(IDS)
    for column, one in enumerate(counted):
        found = statuses[:, column]
        for group in (Group.PASSED, Group.WORKS, Group.NOT_STARTED, Group.NOT_JUDGED):
            assert one.groups[group] == (found == group).sum()
        assert sum(one.groups.values()) == len(results)
        assert one.points == pytest.approx(np.mean([result.exercises[column].points for result in results]))
        assert one.tried == sum(status not in ("not started", "not judged") for status in found)


def test_students_stop_at_the_last_exercise_that_they_tried(results):
    tried = grid(results) != "not started"
    last = [max(np.flatnonzero(row), default=None) for row in tried]
    assert [one.stopped for one in count_exercises(results)] == [last.count(column) for column in range(len(IDS))]


def test_exercise_whose_file_is_missing_is_not_started():
    missing = exercise("2.1", Status.ERROR, problem="multitask.py is missing")
    assert group_of(missing, ["pooling.py"]) is Group.NOT_STARTED
    assert group_of(missing, ["multitask.py"]) is Group.FAILED
    assert last_tried(result(exercise("1.1", Status.FAILED), missing, files=["pooling.py"])) == "1.1"
    assert last_tried(result(missing, files=["pooling.py"])) == ""


def test_checks_are_counted_where_their_exercise_ran(results):
    for one in count_checks(results):
        verdicts = [
            check.verdict
            for result in results
            for found in result.exercises
            for check in found.checks
            if (found.exercise_id, check.claim) == (one.exercise_id, one.claim)
        ]
        assert one.passed == verdicts.count(Outcome.PASSED)
        assert one.not_run == verdicts.count(Outcome.NOT_RUN)
        assert one.passed + one.failed + one.not_run == len(verdicts)
    assert len(count_checks(results)) == len(IDS) * len(CLAIMS)


def counted(*verdicts):
    checks = [(CheckResult("a claim", verdict),) for verdict in verdicts]
    (found,) = count_checks([result(exercise("1.1", Status.FAILED, checks=check)) for check in checks])
    return found


def test_check_that_nobody_or_everybody_passes_was_tried_by_three():
    passed, failed, error, not_run = Outcome
    assert counted(failed, error, failed).nobody_passes
    assert counted(failed, error, failed, not_run).nobody_passes
    assert not counted(failed, failed).nobody_passes
    assert not counted(failed, failed, failed, passed).nobody_passes
    assert not counted(not_run, not_run, not_run).nobody_passes
    assert counted(passed, passed, passed).everybody_passes
    assert not counted(passed, passed).everybody_passes
    assert not counted(passed, passed, passed, not_run).everybody_passes
    assert not counted(passed, passed, passed, error).everybody_passes


def test_misunderstandings_are_counted_with_the_second_of_an_answer(results):
    expected = {}
    for student in results:
        for one in student.exercises:
            if one.diagnosis:
                expected.setdefault((one.exercise_id, NAMES[0]), []).append(one.diagnosis.certain)
                if one.diagnosis.second:
                    expected.setdefault((one.exercise_id, NAMES[1]), []).append(True)
    found = misunderstandings(results)
    assert {(one.exercise_id, one.name): one.students for one in found} == {key: len(v) for key, v in expected.items()}
    assert {(one.exercise_id, one.name): one.certain for one in found} == {key: sum(v) for key, v in expected.items()}
    assert [one.students for one in found] == sorted((one.students for one in found), reverse=True)
    assert {one.hint for one in found} == {"mask", "sum"}


def test_problems_without_a_name_are_counted_by_the_first_check_that_tells(results):
    expected = {}
    for one in (one for student in results for one in student.exercises):
        if one.status in ("passed", "not started", "not judged") or one.diagnosis:
            continue
        told = [check.problem for check in one.checks if check.verdict is not Outcome.PASSED] or [str(one.status)]
        expected[one.exercise_id, told[0]] = expected.get((one.exercise_id, told[0]), 0) + 1
    found = problems_without_name(results)
    assert {(one.exercise_id, one.name): one.students for one in found} == expected


def test_points_of_a_task_add_up():
    found = points_by_task(
        result(
            exercise("4.9", Status.PASSED, 3), exercise("1.2", Status.WORKS, 2.4), exercise("1.1", Status.WORKS, 2.4)
        )
    )
    possible = {one: load_course().exercise(one).points for one in IDS}
    assert found == {1: (4.8, possible["1.1"] + possible["1.2"]), 4: (3, possible["4.9"])}


def test_exercises_stand_as_the_course_goes():
    found = in_order([result(exercise("4.10", Status.PASSED)), result(exercise("4.9", Status.PASSED))])
    assert [one.exercise_id for one in found] == ["4.9", "4.10"]


def test_submission_with_a_problem_is_not_readable():
    assert is_readable(result(exercise("1.1", Status.ERROR)))
    assert not is_readable(result(exercise("1.1", Status.ERROR), problem="the archive is damaged"))
