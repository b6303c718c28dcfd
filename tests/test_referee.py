"""The referee: a verdict at once, a diagnosis within its time, what is expected computed once, its own failures."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from filelock import FileLock

from checks.course import LOCAL_SEED, ROOT, SOLUTIONS, Course, load_course
from checks.grader import referee as client
from checks.grader.background import COMPLETE
from checks.grader.grading import Grader
from checks.grader.referee import NotJudged, Referee
from checks.protocol.messages import Diagnosed, Ending, Reason, Verdict, Working, encode
from checks.protocol.verdicts import Diagnosis, Status
from checks.referee import expected as module
from checks.referee import prepare
from checks.referee.diagnose import diagnose
from checks.referee.expected import REFERENCE, Expected, TimeIsUp
from checks.referee.misconceptions import load_misconceptions
from checks.run import Wish, run
from checks.source.files import Submission, read_sources

SOURCES = read_sources(SOLUTIONS)
MEAN, LARGEST = load_course().select(("1.1", "1.2"))


def mistaken(exercise, number=0):
    text = load_misconceptions(exercise)[number].apply(SOURCES[exercise.file], exercise)
    return Submission("test", {**SOURCES, exercise.file: text})


@pytest.fixture(scope="module")
def grader():
    with Grader() as grader:
        yield grader


# The verdict first


def test_verdict_is_told_before_the_diagnosis(grader):
    told = []
    (result,) = grader.grade(mistaken(MEAN), [MEAN], told.append)
    (verdict,) = told
    assert verdict.diagnosis is None
    assert verdict.status is result.status is Status.FAILED
    assert verdict.checks == result.checks
    assert result.diagnosis.name == load_misconceptions(MEAN)[0].name


def test_right_answer_needs_no_diagnosis(grader):
    told = []
    (result,) = grader.grade(Submission("test", SOURCES), [MEAN], told.append)
    assert (result.status, told) == (Status.PASSED, [])


def test_diagnosis_is_given_up_when_its_time_is_over():
    with Grader(diagnosis=0) as grader:
        (result,) = grader.grade(mistaken(MEAN), [MEAN])
    assert (result.status, result.diagnosis, result.gave_up) == (Status.FAILED, None, True)


def test_diagnosis_given_up_is_said(capsys, monkeypatch, tmp_path, write_package):
    monkeypatch.setattr("checks.grader.grading.DIAGNOSIS", 0.0)
    write_package(tmp_path, mistaken(MEAN).sources)
    with Grader(diagnosis=0) as grader:
        assert run(Wish((MEAN,), tmp_path), grader) == 1
    assert "No diagnosis within 10 s" in capsys.readouterr().out


# What is expected


def counted(monkeypatch):
    """Count the checks that are run."""
    runs, observe = [], module.observe

    def count(*arguments):
        runs.append(arguments)
        return observe(*arguments)

    monkeypatch.setattr(module, "observe", count)
    return runs


@pytest.mark.parametrize("exercise_id", ["1.1", "1.5"])
def test_diagnosis_looks_at_the_first_failed_check_of_each_misconception_and_no_further(monkeypatch, exercise_id):
    exercise = load_course().exercise(exercise_id)
    expected = Expected(LOCAL_SEED)
    checks = len(expected.reference(exercise))
    observed = expected.of_text(exercise, mistaken(exercise).sources[exercise.file])
    runs = counted(monkeypatch)
    found = diagnose(exercise, expected, observed, 600)
    assert found == Diagnosed(Diagnosis(*_named(exercise, 0), certain=True))
    assert len(runs) < checks * len(load_misconceptions(exercise)) / 2


def _named(exercise, number):
    misconception = load_misconceptions(exercise)[number]
    return misconception.name, misconception.hint


def test_misconception_that_leaves_something_behind_is_certain():
    exercise = load_course().exercise("4.4")
    names = [misconception.name for misconception in load_misconceptions(exercise)]
    number = names.index("the course's own word banks were changed")
    expected = Expected(LOCAL_SEED)
    observed = expected.of_text(exercise, mistaken(exercise, number).sources[exercise.file])
    assert diagnose(exercise, expected, observed, 600) == Diagnosed(Diagnosis(*_named(exercise, number), certain=True))


def test_nothing_observed_is_nothing_to_diagnose():
    assert diagnose(MEAN, Expected(LOCAL_SEED), [], 600) == Diagnosed(None)


def test_observations_on_the_disk_are_read_and_not_computed_again(tmp_path, monkeypatch):
    first, second, third = (Expected(seed) for seed in (LOCAL_SEED, LOCAL_SEED, LOCAL_SEED + 1))
    for expected in (first, second, third):
        expected.remember(tmp_path)
    seen = first.see(MEAN, 0)
    assert first.is_stored(MEAN, 0)
    assert not first.is_stored(MEAN, REFERENCE)
    assert not third.is_stored(MEAN, 0)
    runs = counted(monkeypatch)
    assert [repr(each) for each in second.see(MEAN, 0)] == [repr(each) for each in seen]
    assert not runs
    third.see(MEAN, 0)
    assert runs


def test_a_referee_waits_for_another_that_computes_the_same(tmp_path, monkeypatch):
    here, there = Expected(LOCAL_SEED), Expected(LOCAL_SEED)
    here.remember(tmp_path)
    (tmp_path / "1.1").mkdir()
    with ThreadPoolExecutor(1) as pool, FileLock(tmp_path / "1.1" / "misconception-0.lock") as lock:
        there.see(MEAN, 0)
        runs = counted(monkeypatch)
        waiting = pool.submit(here.see, MEAN, 0)
        there.remember(tmp_path)
        there._write(MEAN, 0, there._packed["1.1", 0])
        assert not waiting.done()
        lock.release()
        assert repr(waiting.result(60)) == repr(there.see(MEAN, 0))
    assert not runs


def test_a_referee_waits_no_longer_than_it_has_time(tmp_path):
    expected = Expected(LOCAL_SEED)
    expected.remember(tmp_path)
    (tmp_path / "1.1").mkdir()
    with FileLock(tmp_path / "1.1" / "misconception-0.lock"), pytest.raises(TimeIsUp):
        expected.see(MEAN, 0, deadline=time.monotonic() + 0.1)


@pytest.mark.parametrize(
    "damage", [lambda b: b"", lambda b: b[:-1], lambda b: b[:40] + b"x" + b[41:], lambda b: b + b"x"]
)
def test_damaged_observations_are_computed_again(tmp_path, monkeypatch, damage):
    first, second = Expected(LOCAL_SEED), Expected(LOCAL_SEED)
    first.remember(tmp_path)
    first.reference(MEAN)
    file = tmp_path / "1.1" / "reference"
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    second.remember(tmp_path)
    runs = counted(monkeypatch)
    second.reference(MEAN)
    assert runs
    assert file.read_bytes() == whole


def test_reference_that_raises_is_our_own_mistake():
    sources = {**SOURCES, "pooling": SOURCES["pooling"].replace(".clamp(min=1)", ".no_such_thing()")}
    with pytest.raises(RuntimeError, match=r"the reference of 1\.1, .* raises AttributeError"):
        Expected(LOCAL_SEED, sources).reference(MEAN)


def test_everything_is_prepared_once(tmp_path, monkeypatch):
    monkeypatch.setattr(prepare, "load_course", lambda: Course({1: "Sentence transformer"}, (MEAN,), works=0.8))
    prepare._prepare(LOCAL_SEED, tmp_path, COMPLETE)
    stored = [path for path in (tmp_path / "1.1").iterdir() if path.suffix != ".lock"]
    assert len(stored) == 1 + len(load_misconceptions(MEAN))
    assert (tmp_path / COMPLETE).is_file()
    runs = counted(monkeypatch)
    prepare._prepare(LOCAL_SEED, tmp_path, COMPLETE)
    assert not runs


def test_one_process_prepares_at_a_time(tmp_path):
    code = f"from checks.referee.prepare import prepare_all; prepare_all(0, {str(tmp_path)!r}, {COMPLETE!r})"
    with FileLock(tmp_path / "preparing.lock"):
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)
    assert not (tmp_path / COMPLETE).exists()


# Silence and failures


def test_referee_that_says_that_it_is_at_work_is_waited_for(monkeypatch):
    answers = iter([Working(), Working(), Verdict(Status.PASSED)])
    monkeypatch.setattr(client, "read_frame", lambda stream: encode(next(answers)))
    referee = Referee(0)
    try:
        assert referee.judge(MEAN, Ending(Reason.DONE)) == Verdict(Status.PASSED)
    finally:
        referee.close()


def test_referee_that_is_stopped_is_replaced_once(monkeypatch):
    monkeypatch.setattr(client, "SILENCE", 5)
    referee = Referee(0)
    try:
        if sys.platform != "win32":
            os.kill(referee.process.pid, 19)
        first = referee.process.pid
        verdict = referee.judge(MEAN, Ending(Reason.EXITED, (bytes(1024**2),), exit_status=3))
        assert verdict.status is Status.EXITED
        assert referee.process.pid != first
    finally:
        referee.close()


def test_referee_that_falls_silent_again_gives_no_verdict(monkeypatch):
    monkeypatch.setattr(client.Referee, "_ask", lambda self, question, kind: None)
    referee = Referee(0)
    try:
        with pytest.raises(NotJudged, match="silent twice"):
            referee.judge(MEAN, Ending(Reason.DONE))
        assert referee.diagnose(1) == Diagnosed(None, gave_up=True)
    finally:
        referee.close()


def test_our_own_failure_is_one_line_and_costs_no_other_result(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("checks.grader.bugs.STATE", tmp_path)
    judge = client.Referee.judge

    def fail(self, exercise, ending):
        if exercise == MEAN:
            raise NotJudged("Traceback: the details")
        return judge(self, exercise, ending)

    monkeypatch.setattr(client.Referee, "judge", fail)
    with Grader() as grader:
        assert run(Wish((MEAN, LARGEST), SOLUTIONS), grader) == 2
    shown = capsys.readouterr()
    assert "? ✔" in shown.out
    assert "3/6" in shown.out
    assert shown.err.count("\n") == 1
    (report,) = (tmp_path / "reports").iterdir()
    assert str(report) in shown.err
    assert "Traceback: the details" in report.read_text(encoding="utf-8")


def test_mistake_of_the_program_itself_is_one_line(tmp_path):
    code = (
        "import sys; sys.argv = ['checks']; import checks.run, checks.grader.bugs, pathlib\n"
        f"checks.grader.bugs.STATE = pathlib.Path({str(tmp_path)!r})\n"
        "checks.run.read_submission = None\n"
        "from checks.__main__ import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("error: checks itself has failed, by no fault of yours")
    assert done.stderr.count("\n") == 1
    (report,) = (tmp_path / "reports").iterdir()
    assert "TypeError" in report.read_text(encoding="utf-8")


def test_close_ends_all_threads(grader):
    before = threading.active_count()
    with Grader() as other:
        list(other.grade(Submission("test", SOURCES), [MEAN]))
    assert threading.active_count() <= before
