"""What is remembered of a learner's way, and what a run has brought about."""

import json
import threading
import time

import pytest

from checks.course import SOLUTIONS, load_course
from checks.grader.history import PAUSE, History, answer_of
from checks.grader.progress import News, Progress
from checks.grader.results import ExerciseResult, result_of
from checks.protocol.verdicts import Status
from checks.source.files import Submission, read_sources

COURSE = load_course()
SOURCES = read_sources(SOLUTIONS)
SOLVED = Submission("tutorial", SOURCES)
MEAN, LARGEST = COURSE.select(("1.1", "1.2"))


def result(exercise, status):
    return result_of(exercise, status)


def edited(text, file="pooling"):
    return Submission("tutorial", {**SOURCES, file: text})


@pytest.fixture
def file(tmp_path):
    return tmp_path / ".checks" / "history"


@pytest.fixture
def clock(monkeypatch):
    """Let the seconds go by hand."""
    now = [1000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return now


def wrong(number):
    return edited(f"def mean_pool(a, b):\n    return {number}\n\n\ndef max_pool(a, b):\n    return a\n")


def test_history_counts_tries_of_changed_code_and_the_minutes_from_the_first_look(file, clock):
    History(file).look(MEAN)
    for minute, number in ((5, 1), (10, 1), (12, 2)):  # the second is the same text once more
        clock[0] = 1000 + 60 * minute
        History(file).note(wrong(number), MEAN, result(MEAN, Status.FAILED))
    clock[0] = 1000 + 60 * 20
    History(file).note(SOLVED, MEAN, result(MEAN, Status.PASSED))
    clock[0] = 1000 + 60 * 50
    History(file).note(wrong(3), MEAN, result(MEAN, Status.FAILED))
    past = History(file).past("1.1")
    assert (past.tries, past.passed, past.minutes) == (3, 1000 + 60 * 20, 20)


def test_edits_of_another_exercise_of_the_file_are_no_try(file):
    history = History(file)
    history.note(SOLVED, MEAN, result(MEAN, Status.PASSED))
    more = SOURCES["pooling"].replace("def max_pool", "NUMBER = 1\n\n\ndef max_pool")
    history.note(edited(more), MEAN, result(MEAN, Status.PASSED))
    assert history.past("1.1").tries == 1
    assert history.status_of(edited(more), MEAN) == "passed"
    assert history.status_of(wrong(1), MEAN) == ""


def test_pauses_are_no_work(file, clock):
    history = History(file)
    history.look(MEAN)
    clock[0] += 600
    history.note(wrong(1), MEAN, result(MEAN, Status.FAILED))
    clock[0] += 10 * PAUSE
    history.note(SOLVED, MEAN, result(MEAN, Status.PASSED))
    assert history.past("1.1").minutes == 10
    assert history.minutes == 10


def test_an_exercise_that_passes_when_it_is_first_seen_has_no_minutes(file):
    history = History(file)
    history.note(SOLVED, MEAN, result(MEAN, Status.PASSED))
    assert history.past("1.1").minutes is None
    assert history.past("1.2") is None


@pytest.mark.parametrize("status", [Status.NOT_STARTED, Status.NOT_JUDGED])
def test_what_was_not_judged_is_no_try(file, status):
    history = History(file)
    history.note(SOLVED, MEAN, result(MEAN, status))
    assert not history.events


@pytest.mark.parametrize(
    "damage",
    [
        b"\xff\xfe",
        b"{",
        b"null",
        b"[]",
        b"[" * 100_000,
        b'["1.1", "yesterday", "a", "passed"]',
        b'["1.1", NaN, "a", "passed"]',
        b'["1.1", 1e300, "a", "passed"]',
        b'["1.1", -1, "a", "passed"]',
        b'[1.1, 5, "a", "passed"]',
        b'["1.1", 5, "a"]',
        b'["1.2", 5, "a", "pas',  # the power went off
    ],
)
def test_unreadable_lines_are_passed_over_and_lines_after_them_are_read(file, damage):
    file.parent.mkdir()
    file.write_bytes(damage)
    assert History(file).events == []
    History(file).note(SOLVED, MEAN, result(MEAN, Status.PASSED))
    assert [event.exercise_id for event in History(file).events] == ["1.1"]


def test_events_of_other_versions_of_the_course_do_no_harm(file):
    file.parent.mkdir()
    file.write_text(json.dumps(["99.9", 5, "a", "enchanted"]) + "\n")
    assert Progress(History(file)).news(SOLVED, {"1.1": result(MEAN, Status.PASSED)}) == News()


def test_a_folder_that_cannot_be_written_to_is_no_failure(tmp_path):
    (tmp_path / "file").write_text("in the way")
    History(tmp_path / "file" / "history").look(MEAN)


def test_many_writers_at_once_lose_nothing(file):
    def write(number):
        for exercise in COURSE.exercises:
            History(file).note(wrong(number), exercise, result(exercise, Status.FAILED))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    events = History(file).events
    assert {event.exercise_id for event in events} == {exercise.exercise_id for exercise in COURSE.exercises}
    answers = {event.answer for event in events if event.exercise_id == "1.1"}
    assert answers == {answer_of(wrong(number), MEAN) for number in range(4)}


# What is new


def results(tasks, status=Status.PASSED) -> dict[str, ExerciseResult]:
    chosen = [exercise for exercise in COURSE.exercises if exercise.task in tasks]
    return {exercise.exercise_id: result(exercise, status) for exercise in chosen}


def test_the_last_exercise_of_a_task_is_news_once(file):
    history = History(file)
    for exercise in COURSE.select(task=1)[1:]:
        history.note(SOLVED, exercise, result(exercise, Status.PASSED))
    progress = Progress(history)
    assert progress.news(SOLVED, {"1.1": result(MEAN, Status.FAILED)}) == News()
    assert progress.news(SOLVED, {"1.1": result(MEAN, Status.PASSED)}) == News(works=(1,))
    assert progress.news(SOLVED, {"1.1": result(MEAN, Status.PASSED)}) == News()
    history.note(SOLVED, MEAN, result(MEAN, Status.PASSED))
    assert Progress(history).news(SOLVED, {"1.1": result(MEAN, Status.PASSED)}) == News()


def test_an_exercise_that_was_changed_since_it_passed_does_not_count(file):
    history = History(file)
    for exercise in COURSE.select(task=1)[1:]:
        history.note(SOLVED, exercise, result(exercise, Status.PASSED))
    progress = Progress(history)
    changed = edited(SOURCES["pooling"].replace("amax", "amin"))
    assert progress.news(changed, {"1.1": result(MEAN, Status.PASSED)}) == News()


def test_a_task_waits_for_those_before_it(file):
    progress = Progress(History(file))
    assert progress.news(SOLVED, results({2})) == News(waits=(2,))
    assert progress.news(SOLVED, results({1, 2})) == News(works=(1, 2))


def test_exercises_that_work_will_do_for_a_task_but_not_for_the_end(file):
    tasks = set(COURSE.tasks)
    progress = Progress(History(file))
    assert progress.news(SOLVED, results(tasks, Status.WORKS)) == News(works=tuple(sorted(tasks)))
    assert progress.news(SOLVED, results(tasks)) == News(finished=True)
