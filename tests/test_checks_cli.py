"""The autograder as its users meet it: commands, reports, watching, notebooks, pytest."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import Queue
from xml.etree import ElementTree

import jsonschema
import pytest
from rich.console import Console

import checks
from checks.course import RELEASE, SOLUTIONS, TUTORIAL, load_course
from checks.doctor import examine
from checks.grader.record import SCHEMA, Result, from_json, record_of, to_json
from checks.grader.results import ExerciseResult
from checks.maintain.stubs import stale_stubs
from checks.protocol.verdicts import CheckResult, CodeLine, Diagnosis, Outcome, Panel, Part, Picture, Status
from checks.referee.misconceptions import load_misconceptions
from checks.reports.junit import junit
from checks.reports.pictures import draw
from checks.reports.terminal import make_console, mark, show_results
from checks.source.definitions import definition_text, replace_definition
from checks.source.files import read_sources, read_submission
from checks.workspace import changed_exercises, next_hint, reset

ROOT = Path(__file__).parents[1]
MEAN_OF_ALL = (
    "def mean_pool(token_embeddings, attention_mask):\n    print('hello')\n    return token_embeddings.mean(dim=1)\n"
)
IGNORED_MASK = load_misconceptions(load_course().exercise("1.1"))[0].name


def run_checks(*arguments, folder=ROOT, **environment):
    return subprocess.run(
        [sys.executable, "-m", "checks", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )


@pytest.fixture
def package(tmp_path):
    """A learner's package: all stubs, but for a wrong 1.1 and a correct 1.2."""
    folder = tmp_path / "answers"
    shutil.copytree(TUTORIAL, folder, ignore=shutil.ignore_patterns("__pycache__", ".backup"))
    text = (folder / "pooling.py").read_text(encoding="utf-8")
    solution = read_sources(SOLUTIONS)["pooling"]
    text = replace_definition(text, ("mean_pool",), MEAN_OF_ALL)
    text = replace_definition(text, ("max_pool",), definition_text(solution, ("max_pool",)))
    (folder / "pooling.py").write_text(text, encoding="utf-8")
    return folder


# run


def test_run_shows_a_wrong_answer_and_what_it_looks_like(package):
    done = run_checks("run", "1.1", "--package", package)
    assert done.returncode == 1
    assert not done.stderr
    shown = re.sub(" +\n", "\n", done.stdout)
    assert "✘ 1.1" in shown
    assert f"This looks like a known mistake:\n    {IGNORED_MASK}\n" in shown
    assert "wrong in every case with “padded”" in " ".join(shown.split())
    assert re.search(r"the mean, expected +the mean, got", shown)
    assert "( ) is padding, ✘ is wrong" in shown
    assert "from checks import case\n    case('1.1', 'two sentences, padded', package=" in shown
    assert "Your code printed:\n    hello" in shown
    assert "checks hint 1.1" in done.stdout
    assert "exercise-1-1" in done.stdout


def test_run_passes_a_correct_answer(package):
    done = run_checks("run", "1.2", "--package", package)
    assert done.returncode == 0
    assert "✔ 1.2" in done.stdout
    assert "checks run 1.3" in done.stdout


def test_run_of_a_task_shows_the_table_and_the_first_exercise_that_was_tried(package):
    done = run_checks("run", "--task", 1, "--package", package)
    assert done.returncode == 1
    exercises = load_course().select(task=1)
    assert "✘ ✔ · ·" in done.stdout
    assert f"1/{len(exercises)}" in done.stdout
    assert f"3/{sum(exercise.points for exercise in exercises)}" in done.stdout
    assert "✘ 1.1" in done.stdout


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_run_writes_json_of_the_documented_form(package, encoding):
    arguments = ["run", "1.1", "1.2", "1.3", "--package", package, "--format", "json"]
    done = run_checks(*arguments, PYTHONIOENCODING=encoding)
    record = json.loads(done.stdout)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(record)
    assert [exercise["status"] for exercise in record["exercises"]] == ["failed", "passed", "not started"]
    assert (record["points"], record["possible"]) == (3, 8)
    assert record["exercises"][0]["diagnosis"]["name"] == IGNORED_MASK
    assert set(record["files"]) == {
        path.relative_to(package).as_posix() for path in package.rglob("*.py") if path.parent.name != "app"
    }


def test_run_writes_junit(package):
    arguments = ["run", "1.1", "1.2", "1.3", "--package", package, "--format", "junit"]
    done = run_checks(*arguments, PYTHONIOENCODING="cp1252")
    root = ElementTree.fromstring(done.stdout)
    assert root.attrib["tests"] == "3"
    assert [case.find("failure") is not None for case in root.iter("testcase")] == [True, False, False]
    assert [case.find("skipped") is not None for case in root.iter("testcase")] == [False, False, True]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "9.9"], "exercise is '9.9', but must be one of those that `checks list` shows"),
        (["run", "--task", 9], "task is 9, but must be one of 1, 2, 3, 4, 5"),
        (["run", "1.1", "--task", 2], "no exercise of task 2 is among 1.1"),
        (["run", "--package", "nowhere"], "package is 'nowhere', but there is no such folder"),
        (["run", "--package", ".github"], "there are no Python files in it"),
        (["run", "--format", "pdf"], "pdf"),
        (["run", "--timeout", "0"], "0"),
        (["hint", "1.1", "9"], "hint is 9, but exercise 1.1 has 3 hints"),
        (["hint", "x"], "exercise is 'x'"),
        (["show", "x"], "exercise is 'x'"),
        (["reset", "x"], "exercise is 'x'"),
        (["nonsense"], "nonsense"),
        (["7.7"], "exercise is '7.7'"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(arguments, message):
    done = run_checks(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert not done.stdout


def test_terminal_without_colour_and_letters(package):
    done = run_checks("run", "1.1", "--package", package, PYTHONIOENCODING="ascii", NO_COLOR="1", COLUMNS="40")
    assert done.returncode == 1
    assert "XX 1.1" in done.stdout
    assert "\x1b" not in done.stdout
    assert all(len(line.rstrip()) <= 40 for line in done.stdout.splitlines())


def test_path_of_the_package_is_named(package):
    done = run_checks("run", "--task", 1, "--package", "answers", folder=package.parent)
    assert "Two Heads: answers" in done.stdout


def test_run_in_a_submission_imports_nothing_of_it_into_the_grader(package):
    for name in ("typer", "msgspec", "typing", "rich", "torch", "dataclasses"):
        (package / f"{name}.py").write_text("import os\nos._exit(77)\n", encoding="utf-8")
    done = run_checks("run", "1.2", "--package", ".", folder=package)
    assert done.returncode == 0, done.stderr
    assert "1.2" in done.stdout


# list, hint, show, reset, doctor


@pytest.mark.parametrize("arguments", [["list"], ["hint", "1.1"], ["--help"], ["show", "1.1", "--anyway"]])
def test_quick_commands_load_no_torch(arguments):
    code = (
        f"import sys; from checks.cli import app; sys.argv[1:] = {arguments!r}; app(standalone_mode=False); "
        "assert 'torch' not in sys.modules and 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)


def test_list_names_every_exercise():
    done = run_checks("list")
    exercises = load_course().exercises
    for exercise in exercises:
        assert re.search(rf"^ *{re.escape(exercise.exercise_id)} ", done.stdout, re.M)
    assert f"{len(exercises)} exercises, {sum(exercise.points for exercise in exercises)} points" in done.stdout


def test_hints_lead_from_one_to_the_next(monkeypatch, tmp_path):
    monkeypatch.setattr("checks.workspace.HINTS", tmp_path / "hints")
    exercise = load_course().exercise("1.1")
    assert [next_hint(exercise) for _ in range(4)] == [1, 2, 3, 3]
    (tmp_path / "hints" / "1.1").write_text("no number", encoding="utf-8")
    assert next_hint(exercise) == 1
    first, last = run_checks("hint", "1.1", 1), run_checks("hint", "1.1", 3)
    assert "hint 1 of 3" in first.stdout
    assert "More: checks hint 1.1" in first.stdout
    assert "More:" not in last.stdout


def test_show_waits_until_the_exercise_passes(package):
    refused, anyway = run_checks("show", "1.1", "--package", package), run_checks("show", "1.1", "--anyway")
    assert refused.returncode == 1
    assert "--anyway" in refused.stdout
    assert "masked_fill" not in refused.stdout
    assert "masked_fill(padding, 0)" in anyway.stdout
    passed = run_checks("show", "1.2", "--package", package)
    assert passed.returncode == 0
    assert "amax(dim=1)" in passed.stdout
    assert passed.stdout.index("# yours") < passed.stdout.index("# the solution")


def test_reset_restores_one_stub_and_keeps_a_backup(package):
    before = (package / "pooling.py").read_text(encoding="utf-8")
    done = run_checks("reset", "1.1", "--package", package)
    after = (package / "pooling.py").read_text(encoding="utf-8")
    assert done.returncode == 0
    assert definition_text(after, ("mean_pool",)) == definition_text(read_sources(TUTORIAL)["pooling"], ("mean_pool",))
    assert definition_text(after, ("max_pool",)) == definition_text(before, ("max_pool",))
    (backup,) = (package / ".backup").iterdir()
    assert backup.read_text(encoding="utf-8") == before
    assert str(backup.name) in done.stdout


def test_reset_of_a_broken_file_offers_the_whole_file(package):
    exercise = load_course().exercise("1.1")
    broken = "def mean_pool(:\n"
    (package / "pooling.py").write_text(broken, encoding="utf-8")
    with pytest.raises(ValueError, match="--whole-file"):
        reset(exercise, package)
    assert (package / "pooling.py").read_text(encoding="utf-8") == broken
    backup = reset(exercise, package, whole_file=True)
    assert (package / "pooling.py").read_text(encoding="utf-8") == read_sources(TUTORIAL)["pooling"]
    assert backup.read_text(encoding="utf-8") == broken


def test_reset_restores_a_missing_file(package):
    exercise = load_course().exercise("1.1")
    (package / "pooling.py").unlink()
    with pytest.raises(ValueError, match="--whole-file"):
        reset(exercise, package)
    assert reset(exercise, package, whole_file=True) is None
    assert (package / "pooling.py").is_file()


@pytest.mark.parametrize(
    ("prepared", "kept", "found"),
    [(True, True, "is computed"), (False, True, "is being computed"), (False, False, "cannot be written to")],
)
def test_doctor_finds_all_well(monkeypatch, prepared, kept, found):
    monkeypatch.setattr("checks.doctor.is_prepared", lambda folder, seed: prepared)
    monkeypatch.setattr("checks.doctor.prepare_in_background", lambda folder, seed: kept)
    examined = list(examine())
    assert found in examined[-1].found
    names = ["course", "Python", "platform", "torch", "tutorial", "encoder", "sandbox", "isolation", "expected"]
    assert [one.name for one in examined] == names
    assert all(one.well for one in examined), examined


# watch, notebook, pytest


def _lines(stream, queue):
    for line in stream:
        queue.put(line)


def test_watch_grades_what_is_saved(package):
    command = [sys.executable, "-u", "-m", "checks", "watch", "--package", str(package)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, encoding="utf-8", cwd=ROOT) as process:
        lines = Queue()
        threading.Thread(target=_lines, args=(process.stdout, lines), daemon=True).start()
        try:
            _wait_for(lines, "Watching")
            path = package / "pooling.py"
            solution = definition_text(read_sources(SOLUTIONS)["pooling"], ("mean_pool",))
            path.write_text(replace_definition(path.read_text("utf-8"), ("mean_pool",), solution), encoding="utf-8")
            assert "1.1" in _wait_for(lines, "✔ 1.1")
            _wait_for(lines, "Checked in")
        finally:
            process.terminate()


def _wait_for(lines, text):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        line = lines.get(timeout=120)
        if text in line:
            return line
    raise AssertionError(f"{text} never came")


def test_changes_concern_the_exercises_that_were_edited():
    sources = read_sources(TUTORIAL)
    edited = sources["pooling"].replace('raise NotImplementedError("exercise 1.2: max_pool")', "return 1")
    assert [e.exercise_id for e in changed_exercises(sources, {**sources, "pooling": edited})] == ["1.2"]
    helper = sources["pooling"] + "\nX = 1\n"
    assert [e.exercise_id for e in changed_exercises(sources, {**sources, "pooling": helper})] == ["1.1", "1.2"]
    assert [e.exercise_id for e in changed_exercises(sources, {**sources, "pooling": "def ("})] == ["1.1", "1.2"]
    assert not changed_exercises(sources, {**sources, "templates": "x = 1"})
    mine = {**sources, "pooling": "from .mine import x\n" + sources["pooling"]}
    assert [e.exercise_id for e in changed_exercises(mine, {**mine, "mine": "x = 1"})] == ["1.1", "1.2"]
    assert not changed_exercises(sources, sources)


def test_notebook_check_shows_the_report(package, capsys):
    checks.check("1.1", package=package)
    checks.check("1.2", package=package)
    shown = capsys.readouterr().out
    assert "✘ 1.1" in shown
    assert "✔ 1.2" in shown
    with pytest.raises(ValueError, match=r"exercise is '0\.0'"):
        checks.check("0.0", package=package)


def test_notebook_check_recovers_from_an_interrupt(package, monkeypatch, capsys):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("checks.grader.referee.read_frame", interrupted)
        with pytest.raises(KeyboardInterrupt):
            checks.check("1.1", package=package)
    checks.check("1.2", package=package)
    assert "✔ 1.2" in capsys.readouterr().out


def test_pytest_runs_the_exercises_as_items():
    command = [sys.executable, "-m", "pytest", "checks", "-k", "1.1 or 1.2", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=300)
    assert "checks/test_tutorial.py::test_exercise[1.1]" in done.stdout.replace("\\", "/")
    assert "not started" in done.stdout


# the tutorial


def test_tutorial_is_what_the_solutions_give():
    assert stale_stubs() == []


@pytest.mark.parametrize("command", ["demo", "train", "similarity"])
def test_tutorial_names_the_first_missing_exercise(command, tmp_path):
    command = [sys.executable, "-m", "tutorial", command]
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr == "error: exercise 1.1: mean_pool is still to be done\n"


def test_tutorial_with_all_answers_works(tmp_path):
    shutil.copytree(TUTORIAL, tmp_path / "tutorial", ignore=shutil.ignore_patterns("__pycache__", ".backup"))
    solutions = read_sources(SOLUTIONS)
    for exercise in load_course().exercises:
        path = tmp_path / "tutorial" / f"{exercise.file}.py"
        answers = [definition_text(solutions[exercise.file], path) for path in exercise.paths]
        text = replace_definition(path.read_text("utf-8"), exercise.path, answers[0])
        path.write_text("\n\n\n".join([text, *answers[1:]]), encoding="utf-8")
    command = [sys.executable, "-m", "tutorial", "similarity", "a", "b"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "mean pooling" in done.stdout


# records and reports


PICTURE = Picture(
    (Panel("tokens", (("1", "2"), ("3", "nan")), ((False, False), (False, True))),),
    Panel("the mean, expected", (("1.5",), ("3",))),
    Panel("the mean, got", (("1.5",), ("nan",)), ((False,), (True,))),
)


def example() -> Result:
    line = CodeLine("tutorial/pooling.py", 3, "mean_pool", "return 1 / 0")
    failed = CheckResult("averages", Outcome.FAILED, problem="the mean: expected 1, got 2", picture=PICTURE)
    error = CheckResult(
        "divides", Outcome.ERROR, Part.CAREFUL, "ZeroDivisionError: division by zero", lines=(line,), like="averages"
    )
    second = Diagnosis("halves", "Use float32.", False)
    first = ExerciseResult(
        "1.1", "average", "pooling.mean_pool", Status.FAILED, 0, 3, (failed, error),
        diagnosis=Diagnosis("the padding was averaged too", "Count.", False, second),
        output="red\n" * 50,
        imports_solutions=True,
    )  # fmt: skip
    exited = ExerciseResult("1.2", "largest", "pooling.max_pool", Status.EXITED, 0, 3, problem="gone", lines=(line,))
    return Result(
        "[bold]answers[/bold]", (first, exited), {"pooling.py": "0" * 64}, "3.11", "2.13", "Linux", release="1.0"
    )


def test_record_fits_its_schema_and_comes_back():
    record = json.loads(to_json(example()))
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(record)
    assert from_json(to_json(example())) == example()


def test_record_names_the_release_that_graded():
    record = json.loads(to_json(record_of(read_submission(SOLUTIONS), [])))
    assert record["release"] == RELEASE


def test_schema_refuses_what_it_does_not_know():
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    jsonschema.Draft202012Validator.check_schema(validator.schema)
    record = json.loads(to_json(example()))
    for wrong in ({**record, "extra": 1}, {**record, "version": 3}, {**record, "points": -1}):
        assert not validator.is_valid(wrong)
    record["exercises"][0]["status"] = "fine"
    assert not validator.is_valid(record)


def test_junit_names_what_is_wrong():
    root = ElementTree.fromstring(junit(example()))
    assert (root.attrib["failures"], root.attrib["errors"]) == ("1", "1")
    (failure,) = root.iter("failure")
    assert failure.attrib["message"] == "the padding was averaged too"


def test_terminal_shows_the_learners_text_as_it_is():
    console = Console(width=80, highlight=False, markup=False, emoji=False, record=True, file=io.StringIO())
    show_results(example().package, example().exercises, console)
    shown = console.export_text()
    assert "Two Heads: [bold]answers[/bold]" in shown
    assert "Most of this looks like two known mistakes:" in shown
    assert "halves" in shown
    assert "divides  careful" in shown
    assert "and in 1 more check, in the same way" in shown
    assert "more lines" in shown
    assert "imports `solutions`" in shown


def test_all_passed_says_so():
    passed = [ExerciseResult(f"1.{n}", "x", "pooling.mean_pool", Status.PASSED, 1, 1) for n in (1, 2)]
    console = Console(width=80, record=True, file=io.StringIO())
    show_results("answers", passed, console)
    assert "All 2 exercises pass: 2 points." in console.export_text()


def test_marks_differ():
    console = make_console()
    statuses = ("passed", "works", "failed", "not started", "not judged")
    assert len({mark(status, console).plain for status in statuses}) == 5


def test_picture_reads_in_black_and_white_at_sixty_columns():
    console = Console(width=60, color_system=None, file=io.StringIO())
    console.print(draw(PICTURE, console))
    lines = [line.split() for line in console.file.getvalue().split("\n")]
    assert lines[:3] == [["tokens"], ["1", "2"], ["3", "(nan)"]]
    assert lines[4:6] == [["1.5", "1.5"], ["3", "✘nan"]]
    assert " ".join(lines[6]) == "( ) is padding, ✘ is wrong"
