"""A class graded from end to end: what is kept, what is graded again, and what a broken process costs."""

import csv
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import jsonschema
import psutil
import pytest

from checks.cli import answer
from checks.cohort.classroom import Classroom
from checks.cohort.grading import grade_class, settings_of
from checks.cohort.run import machine, many
from checks.cohort.run.folder import ReportFolder
from checks.cohort.wish import Order, Tier
from checks.course import ROOT, SOLUTIONS, TUTORIAL, load_course
from checks.grader.record import SCHEMA
from checks.grader.referee import Referee
from checks.grader.results import result_of
from checks.protocol.verdicts import Status

EXERCISES = load_course().select(("1.1", "1.2"))
WRONG = "def mean_pool(tokens, mask):\n    return tokens.mean(dim=1)\n"


@pytest.fixture
def submissions(tmp_path):
    """Three students: one is right, one is wrong, one has handed in nothing that can be read."""
    folder = tmp_path / "submissions"
    shutil.copytree(SOLUTIONS, folder / "ada", ignore=shutil.ignore_patterns("app", "__pycache__"))
    shutil.copytree(TUTORIAL, folder / "bob", ignore=shutil.ignore_patterns("app", "__pycache__"))
    (folder / "bob" / "pooling.py").write_text(f"import torch\n{WRONG}", encoding="utf-8")
    (folder / "eve.zip").write_bytes(b"no zip")
    return folder


def graded(submissions, output, **options):
    """Grade a class; gives the statuses of each student, and who was graded now."""
    classroom, folder = Classroom(submissions), ReportFolder(output)
    order = Order(**{"exercises": EXERCISES, "tier": Tier.PROCESS, **options})
    settings = settings_of(order, folder)
    found = list(grade_class(classroom, list(classroom.students), order, folder, settings))
    statuses = {result.intake.student: [one.status for one in result.exercises] for result, _ in found}
    return statuses, sorted(result.intake.student for result, was_there in found if not was_there)


EXPECTED = {
    "ada": [Status.PASSED, Status.PASSED],
    "bob": [Status.FAILED, Status.ERROR],
    "eve": [Status.ERROR, Status.ERROR],
}


def test_grade_class_gives_each_student_a_record_of_the_documented_form(submissions, tmp_path):
    statuses, now = graded(submissions, tmp_path / "report", jobs=2)
    assert statuses == EXPECTED
    assert now == ["ada", "bob", "eve"]
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    for student in statuses:
        record = json.loads((tmp_path / "report" / "results" / f"{student}.json").read_text())
        jsonschema.validate(record, schema)
        assert record["intake"]["student"] == student
        assert record["isolation"] == "process"
    assert record["intake"]["problem"] in record["exercises"][0]["problem"]


def test_grade_class_grades_again_only_what_has_changed(submissions, tmp_path):
    graded(submissions, tmp_path / "report")
    assert graded(submissions, tmp_path / "report") == (EXPECTED, [])
    (submissions / "bob" / "pooling.py").write_text((SOLUTIONS / "pooling.py").read_text(), encoding="utf-8")
    statuses, now = graded(submissions, tmp_path / "report")
    assert (statuses["bob"], now) == ([Status.PASSED, Status.PASSED], ["bob"])
    assert graded(submissions, tmp_path / "report", fresh=True)[1] == ["ada", "bob", "eve"]


def test_grade_class_does_not_believe_a_record_that_was_changed(submissions, tmp_path):
    graded(submissions, tmp_path / "report")
    record = tmp_path / "report" / "results" / "bob.json"
    record.write_text(record.read_text().replace('"status": "failed"', '"status": "passed"'))
    assert graded(submissions, tmp_path / "report") == (EXPECTED, ["bob"])


def test_report_folder_keeps_the_seed_for_the_instructor_alone(submissions, tmp_path):
    folder = ReportFolder(tmp_path / "report")
    seed = folder.seed
    assert ReportFolder(tmp_path / "report").seed == seed != ReportFolder(tmp_path / "other").seed
    graded(submissions, tmp_path / "report")
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "report" / "private").stat().st_mode) == 0o700
    shown = [path for path in (tmp_path / "report").rglob("*") if path.is_file() and "private" not in path.parts]
    assert shown
    assert not [path for path in shown if str(seed).encode() in path.read_bytes()]


def test_report_folder_refuses_a_folder_with_other_things_in_it(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ValueError, match="not a report of ours"):
        ReportFolder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_grade_many_tries_again_where_a_process_breaks(submissions, tmp_path, monkeypatch):
    broken = []

    def break_once(students, read, settings, jobs, whole=many._in_parallel):
        for graded in whole(students, read, settings, jobs):
            yield graded
            if not broken:
                broken.append(graded[0].intake.student)
                raise OSError("a process was killed")

    monkeypatch.setattr(many, "_in_parallel", break_once)
    assert graded(submissions, tmp_path / "report")[0] == EXPECTED
    assert broken


def test_grade_many_says_so_where_processes_break_again_and_again(submissions, tmp_path, monkeypatch):
    def broken(*_):
        raise OSError("a process was killed")

    monkeypatch.setattr(many, "_in_parallel", broken)
    monkeypatch.setattr(many.machine, "grade_again", lambda handed_in, settings, before: before)
    statuses, _ = graded(submissions, tmp_path / "report")
    assert set(statuses) == set(EXPECTED)
    assert {status for each in statuses.values() for status in each} == {Status.NOT_JUDGED}


def test_grade_many_grades_once_more_what_timed_out(submissions, tmp_path, monkeypatch):
    def late(handed_in, settings, whole=many.machine.grade):
        result = whole(handed_in, settings)
        if len(settings.exercises) < len(EXERCISES) or handed_in.intake.student != "ada":
            return result
        first = replace(result.exercises[0], status=Status.TIMED_OUT, points=0)
        return replace(result, exercises=(first, *result.exercises[1:]))

    monkeypatch.setattr(many.machine, "grade", late)
    assert graded(submissions, tmp_path / "report")[0] == EXPECTED


def test_grade_class_on_a_cluster_gives_the_same(submissions, tmp_path):
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        found = graded(submissions, tmp_path / "report", scheduler=cluster.scheduler_address, jobs=2)
    assert found == (EXPECTED, ["ada", "bob", "eve"])


def test_grade_class_refuses_a_scheduler_that_does_not_answer(submissions, tmp_path):
    with pytest.raises(ValueError, match="no Dask scheduler answers there"):
        graded(submissions, tmp_path / "report", scheduler="tcp://127.0.0.1:9")


def test_grade_again_starts_no_second_grader(submissions, monkeypatch, tmp_path):
    opened = []
    whole = many.machine.Grader
    monkeypatch.setattr(many.machine, "Grader", lambda *a, **k: opened.append(a) or whole(*a, **k))
    many.machine._grader.cache_clear()
    classroom, folder = Classroom(submissions), ReportFolder(tmp_path / "report")
    settings = settings_of(Order(EXERCISES, tier=Tier.PROCESS), folder)
    handed_in = classroom.read("ada")
    result = many.machine.grade(handed_in, settings)
    late = replace(result, exercises=(replace(result.exercises[0], status=Status.TIMED_OUT), *result.exercises[1:]))
    again = many.machine.grade_again(handed_in, settings, late)
    assert [one.status for one in again.exercises] == EXPECTED["ada"]
    assert len(opened) == 1


# The command


def test_grade_one_prints_the_form_of_a_platform_and_nothing_else(submissions, capsys):
    options = ["--one", "--form", "gradescope", "--exercise", "1.1", "--isolation", "process"]
    assert answer(["grade", str(submissions / "bob"), *options]) == 0
    assert json.loads(capsys.readouterr().out)["tests"][0]["score"] == 0


def test_grade_one_judges_when_what_observes_has_ended(submissions, monkeypatch, capsys):
    alive = []
    monkeypatch.setattr(Referee, "_start", lambda self, start=Referee._start: (alive.extend(family()), start(self)))
    machine._grader.cache_clear()  # a grader of another test has its referee already
    options = ["--one", "--form", "gradescope", "--exercise", "1.1", "--exercise", "1.2", "--isolation", "process"]
    before = set(family())
    assert answer(["grade", str(submissions / "ada"), *options]) == 0
    assert [test["status"] for test in json.loads(capsys.readouterr().out)["tests"]] == ["passed", "passed"]
    assert set(alive) <= before
    assert len(family()) > len(before)  # the referee is still there: it was looked at the right processes


def family():
    return [child.pid for child in psutil.Process().children(recursive=True)]


def test_grade_without_a_place_for_the_report_says_what_is_missing(submissions):
    with pytest.raises(ValueError, match="output is missing"):
        answer(["grade", str(submissions)])


def test_grade_writes_a_gradebook_a_page_for_each_and_what_a_platform_reads(submissions, tmp_path, capsys):
    report = tmp_path / "report"
    options = ["--exercise", "1.1", "--isolation", "process", "--jobs", "1", "--form", "junit"]
    assert answer(["grade", str(submissions), "--output", str(report), *options]) == 0
    printed = capsys.readouterr().out
    assert "eve: it is damaged" in printed
    assert str(report / "index.html") in printed.replace("\n", "")
    with (report / "gradebook.csv").open(newline="", encoding="utf-8-sig") as file:
        assert [row["id"] for row in csv.DictReader(file)] == ["ada", "bob", "eve"]
    assert sorted(path.stem for path in (report / "students").iterdir()) == ["ada", "bob", "eve"]
    assert sorted(path.name for path in (report / "junit").iterdir()) == ["ada.xml", "bob.xml", "eve.xml"]


def test_grade_anonymous_names_nobody_outside_the_private_folder(submissions, tmp_path):
    report, roster = tmp_path / "report", tmp_path / "roster.csv"
    roster.write_text("id,name,email\nada,Ada L.,ada@example.org\nbob,=1+1,bob@example.org\n")
    options = ["--exercise", "1.1", "--isolation", "process", "--anonymous", "--roster", str(roster)]
    answer(["grade", str(submissions), "--output", str(report), *options])
    texts = [path for path in report.rglob("*") if path.is_file() and "private" not in path.parts]
    assert texts
    assert not {path.stem for path in texts} & {"ada", "bob", "eve"}
    for name in ('"ada"', '"bob"', ">eve<", "eve.zip", "Ada L.", "=1+1", "example.org"):
        assert not [path for path in texts if name.encode() in path.read_bytes()], name
    names = (report / "private" / "names.csv").read_text()
    assert "Ada L." in names
    assert "'=1+1" in names  # no spreadsheet computes a name


def test_grade_anonymous_keeps_to_the_rules_for_some_and_tells_of_those_for_nobody(submissions, tmp_path, capsys):
    policy = tmp_path / "policy.toml"
    policy.write_text(
        "deadline = 2001-01-01T00:00:00Z\npenalty = 1\n"
        "[students.ada]\nuntil = 2999-01-01T00:00:00Z\n[students.zoe]\ndays = 1\n"
    )
    options = ["--exercise", "1.1", "--isolation", "process", "--anonymous", "--policy", str(policy)]
    answer(["grade", str(submissions), "--output", str(tmp_path / "report"), *options])
    printed = capsys.readouterr().out
    assert "rules for 'zoe', but nobody" in printed
    assert "'ada'" not in printed
    with (tmp_path / "report" / "gradebook.csv").open(newline="") as file:
        assert sorted(float(row["total"]) for row in csv.DictReader(file)) == [0, 0, 3]


def run_again(submissions, report, *options):
    return answer(["grade", str(submissions), "--output", str(report), "--isolation", "process", *options])


def rows(report):
    with (report / "gradebook.csv").open(newline="", encoding="utf-8-sig") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_a_report_stays_one_of_the_same_exercises_and_the_same_names(submissions, tmp_path):
    report = tmp_path / "report"
    run_again(submissions, report, "--exercise", "1.1")
    before = rows(report)
    run_again(submissions, report, "--only", "ada")
    assert rows(report) == before
    with pytest.raises(ValueError, match=r"exercises are 1\.2, but this is a report of 1\.1"):
        run_again(submissions, report, "--exercise", "1.2")
    with pytest.raises(ValueError, match="report is one with the students' ids"):
        run_again(submissions, report, "--anonymous")
    assert rows(report) == before


def test_who_is_not_graded_yet_is_not_in_the_report(submissions, tmp_path):
    run_again(submissions, tmp_path / "report", "--exercise", "1.1", "--only", "BOB")
    assert list(rows(tmp_path / "report")) == ["bob"]
    assert "nothing" not in (tmp_path / "report" / "index.html").read_text().split("Look at these first")[1][:300]


def test_what_an_instructor_may_have_overlooked_is_said(submissions, tmp_path, capsys):
    policy, times, report = tmp_path / "policy.toml", tmp_path / "times.csv", tmp_path / "report"
    policy.write_text("deadline = 2001-01-01T00:00:00Z\n[students.BOB]\ndays = 1\n[students.zoe]\ndays = 1\n")
    times.write_text("id,submitted\nADA,2000-01-01T00:00:00Z\nzac,2000-01-01T00:00:00Z\n")
    run_again(submissions, report, "--exercise", "1.1", "--policy", str(policy))
    assert "the files' own times" in " ".join(capsys.readouterr().out.split())
    run_again(submissions, report, "--policy", str(policy), "--times", str(times))
    printed = capsys.readouterr().out
    assert "rules for 'zoe'" in printed
    assert "a line for 'zac'" in printed
    assert not [name for name in ("BOB", "ADA", "own times", "last run had") if name in printed]
    run_again(submissions, report)
    printed = capsys.readouterr().out
    assert "The last run had --policy" in printed
    assert "The last run had --times" in printed


def test_when_something_was_handed_in_is_no_reason_to_grade_it_again(submissions, tmp_path):
    graded(submissions, tmp_path / "report")
    os.utime(submissions / "ada" / "pooling.py", (10**9 + 10**9, 10**9 + 10**9))
    assert graded(submissions, tmp_path / "report")[1] == []
    told = json.loads((tmp_path / "report" / "results" / "ada.json").read_text())["intake"]["submitted"]
    assert told.startswith("2033-")
    assert graded(submissions, tmp_path / "report")[1] == []


def test_what_could_not_be_judged_is_graded_by_the_next_run(submissions, tmp_path, monkeypatch):
    whole = machine.grade
    lost = result_of(EXERCISES[0], Status.NOT_JUDGED, "lost")
    monkeypatch.setattr(machine, "grade", lambda *given: replace(whole(*given), exercises=(lost,)))
    graded(submissions, tmp_path / "report", jobs=1)
    monkeypatch.setattr(machine, "grade", whole)
    statuses, now = graded(submissions, tmp_path / "report", jobs=1)
    assert now == ["ada", "bob", "eve"]
    assert statuses == EXPECTED


def test_anonymous_records_hold_no_file_that_a_student_has_named(submissions, tmp_path):
    (submissions / "ada" / "ada_lovelace.py").write_text("x = 1\n")
    report = tmp_path / "report"
    run_again(submissions, report, "--exercise", "1.1", "--anonymous")
    assert not [path for path in (report / "results").iterdir() if "lovelace" in path.read_text()]
    (name,) = [path.stem for path in (report / "results").iterdir() if '"points": 3' in path.read_text()][:1]
    run_again(submissions, report, "--anonymous", "--only", name)


def test_a_report_is_no_submission(submissions, tmp_path):
    with pytest.raises(ValueError, match="lies among the submissions"):
        run_again(submissions, submissions / "report")
    assert not (submissions / "report").exists()
    ReportFolder(submissions / "old").secret("seed", lambda: "1")
    assert sorted(Classroom(submissions).students) == ["ada", "bob", "eve"]


def test_who_is_not_in_the_roster_is_told_apart(submissions, tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text("id\nADA\n")
    classroom = Classroom(submissions, roster)
    doubts = {student: classroom.read(student).intake.doubts for student in classroom.students}
    assert doubts == {"ADA": (), "bob": ("not in the roster",), "eve": ("not in the roster",)}


def test_classroom50_says_what_is_not_set_before_it_grades(submissions, monkeypatch):
    monkeypatch.setattr(machine, "grade", None)
    with pytest.raises(ValueError, match="not set: CLASSROOM, ASSIGNMENT, OWNER"):
        answer(["grade", str(submissions / "ada"), "--one", "--form", "classroom50"])


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--only", "zoe"], "nobody in the class has that id"),
        (["--exercise", "9.9"], "exercise is '9.9'"),
        (["--roster", "missing.csv"], "missing.csv"),
        (["--backend", "dask"], "go together"),
        (["--scheduler", "tcp://127.0.0.1:9"], "go together"),
    ],
)
def test_grade_refuses_a_mistake_before_it_makes_anything(submissions, tmp_path, options, problem):
    with pytest.raises((ValueError, OSError), match=problem):
        answer(["grade", str(submissions), "--output", str(tmp_path / "report"), *options])
    assert not (tmp_path / "report").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_grade_goes_on_after_it_was_killed(submissions, tmp_path, jobs):
    report = tmp_path / "report"
    command = [sys.executable, "-m", "checks", "grade", str(submissions), "--output", str(report)]
    command += ["--exercise", "1.1", "--exercise", "1.2", "--isolation", "process", "--jobs", jobs]
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL)
    while not list((report / "results").glob("*.json")) and process.poll() is None:
        time.sleep(0.05)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not psutil.wait_procs(children, timeout=20)[1]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    found = {path.stem: json.loads(path.read_text()) for path in (report / "results").glob("*.json")}
    statuses = {student: [one["status"] for one in record["exercises"]] for student, record in found.items()}
    assert statuses == {student: [str(status) for status in each] for student, each in EXPECTED.items()}


def test_grade_with_several_processes_leaves_nothing_to_complain_of(submissions, tmp_path):
    command = [sys.executable, "-m", "checks", "grade", str(submissions), "--output", str(tmp_path / "report")]
    command += ["--exercise", "1.1", "--isolation", "process", "--jobs", "2"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stderr == ""


def test_classroom_reads_one_submission(tmp_path):
    classroom = Classroom(TUTORIAL, one=True)
    assert classroom.read("submission").submission.sources.keys() >= {"pooling"}
    assert Path(classroom.read("submission").submission.path).name == "tutorial"
