"""What is known at once, and what is kept: believed where it serves the learner alone, and nowhere else."""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from checks.course import LOCAL_SEED, ROOT, SOLUTIONS, TUTORIAL, load_course
from checks.grader.background import COMPLETE, is_prepared, prepare_in_background
from checks.grader.kept import Kept
from checks.grader.record import from_json
from checks.grader.results import ExerciseResult
from checks.protocol.verdicts import Status
from checks.run import Run, Wish, run
from checks.source.definitions import definition_text, replace_definition
from checks.source.files import Submission, read_sources, read_submission
from checks.source.fingerprint import answer_fingerprint, whole_fingerprint

SOURCES = read_sources(SOLUTIONS)
MEAN, LARGEST, PROJECT = load_course().select(("1.1", "1.2", "1.3"))
WRONG = "def mean_pool(token_embeddings, attention_mask):\n    return token_embeddings.mean(dim=1)\n"


def copy_of_checkout(folder):
    """Copy what a learner has; nothing is prepared in the background, as if that were done already."""
    for part in ("checks", "solutions", "tutorial"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", ".backup"))
    expected = folder / ".checks" / "expected"
    expected.mkdir(parents=True)
    (expected / COMPLETE).write_text(whole_fingerprint(load_course(), LOCAL_SEED))
    return folder


def checks(folder, *arguments, **environment):
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONIOENCODING": "utf-8", **environment}
    command = [sys.executable, "-m", "checks", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=300)


@pytest.fixture
def checkout(tmp_path):
    """A checkout whose 1.1 is wrong and whose 1.2 is right."""
    folder = copy_of_checkout(tmp_path / "checkout")
    answer(folder, "mean_pool", WRONG)
    answer(folder, "max_pool", definition_text(SOURCES["pooling"], ("max_pool",)))
    return folder


def answer(folder, name, text):
    path = folder / "tutorial" / "pooling.py"
    path.write_text(replace_definition(path.read_text("utf-8"), (name,), text), encoding="utf-8")


# Known from the text


def test_untouched_tutorial_is_known_without_a_process(monkeypatch, capsys):
    monkeypatch.setattr("checks.grader.processes.subprocess.Popen", None)
    exercises = load_course().exercises
    assert run(Wish(exercises, TUTORIAL)) == 1
    assert f"0/{len(exercises)}" in capsys.readouterr().out


def test_overview_of_an_untouched_tutorial_loads_neither_torch_nor_a_parser_of_commands():
    code = (
        "import sys, os; sys.argv = ['checks']; os._exit = sys.exit\n"
        "from checks.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: print(*{'torch', 'numpy', 'typer', 'click', 'msgspec', 'subprocess'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.splitlines()[-1] == ""


# Kept from the last time


def test_only_what_changed_is_graded_again(checkout):
    first = checks(checkout)
    assert "✘ 1.1 average the real tokens of each sentence  failed" in first.stdout
    assert "results kept" not in first.stdout
    again = checks(checkout)
    assert "2 results kept, 0 graded again; --fresh grades all" in again.stdout
    assert "token" in again.stdout
    assert "✘ ✔ · · ·" in again.stdout
    answer(checkout, "mean_pool", definition_text(SOURCES["pooling"], ("mean_pool",)))
    mended = checks(checkout, "run", "1.1")
    assert mended.returncode == 0
    assert "kept" not in mended.stdout
    assert "1 result kept, 0 graded again" in checks(checkout, "run", "1.1").stdout
    fresh = checks(checkout, "run", "--fresh")
    assert "kept" not in fresh.stdout
    assert "✔ ✔ · · · ·" in fresh.stdout


def test_kept_result_is_a_record_of_the_documented_form(checkout):
    checks(checkout, "run", "1.1")
    (file,) = (checkout / ".checks" / "results").iterdir()
    (result,) = from_json(file.read_bytes().partition(b"\n")[2]).exercises
    assert (file.name, result.exercise_id, result.status) == ("1.1.json", "1.1", Status.FAILED)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff", b'{"key": 1}', b'{"key": "x", "record": {}}', b"[" * 100_000]
)
def test_damaged_file_is_ignored_and_replaced(checkout, content):
    file = checkout / ".checks" / "results" / "1.2.json"
    file.parent.mkdir()
    file.write_bytes(content)
    assert "✔ 1.2" in checks(checkout, "run", "1.2").stdout
    assert from_json(file.read_bytes().partition(b"\n")[2]).exercises[0].status is Status.PASSED


def test_planted_result_is_believed_by_the_learners_own_overview_alone(checkout):
    checks(checkout, "run", "1.1")
    file = checkout / ".checks" / "results" / "1.1.json"
    key, record = file.read_text(encoding="utf-8").split("\n", maxsplit=1)
    planted = json.loads(record)
    planted["exercises"][0] |= {"status": "passed", "points": 3}
    file.write_text(f"{key}\n{json.dumps(planted)}", encoding="utf-8")
    assert "✔ 1.1" in checks(checkout, "run", "1.1").stdout
    for arguments in (("--package", "tutorial"), ("--format", "json"), ("--format", "junit"), ("--timeout", "60")):
        done = checks(checkout, "run", "1.1", *arguments)
        assert done.returncode == 1, arguments
    assert json.loads(checks(checkout, "run", "1.1", "--format", "json").stdout)["points"] == 0


def test_planted_observations_change_no_verdict_that_counts(checkout):
    checks(checkout, "run", "1.1")
    stored = checkout / ".checks" / "expected" / "1.1" / "reference"
    assert stored.is_file()
    stored.write_bytes(stored.read_bytes()[:-1])
    assert "✘ 1.1" in checks(checkout, "run", "1.1", "--fresh").stdout
    stored.write_bytes((stored.parent / "misconception-0").read_bytes())
    assert json.loads(checks(checkout, "run", "1.1", "--format", "json").stdout)["points"] == 0


def test_two_runs_at_once_lose_nothing(checkout):
    with ThreadPoolExecutor(3) as pool:
        runs = list(pool.map(lambda _: checks(checkout, "run", "--task", "1", "--fresh"), range(3)))
    assert {done.returncode for done in runs} == {1}
    assert not any(done.stderr for done in runs)
    assert {path.name for path in (checkout / ".checks" / "results").iterdir()} == {"1.1.json", "1.2.json"}
    assert "2 results kept, 0 graded again" in checks(checkout).stdout


def test_folder_that_cannot_be_written_to_costs_only_time(checkout):
    shutil.rmtree(checkout / ".checks")
    (checkout / ".checks").write_text("in the way")
    for _ in range(2):
        done = checks(checkout, "run", "1.1", "1.2")
        assert "✘ ✔" in done.stdout
        assert not done.stderr


@pytest.mark.parametrize("home", ["/nonexistent", ""])
def test_home_that_is_not_there_is_not_missed(home):
    done = checks(ROOT, "run", "4.11", "1.2", "--package", str(SOLUTIONS), "--format", "json", HOME=home, PYTHONPATH="")
    assert [exercise["status"] for exercise in json.loads(done.stdout)["exercises"]] == ["passed", "passed"]
    assert [exercise["output"] for exercise in json.loads(done.stdout)["exercises"]] == ["", ""]


def test_path_with_spaces_and_other_scripts_works(tmp_path):
    checkout = copy_of_checkout(tmp_path / "mein Kurs – курс 課程")
    answer(checkout, "mean_pool", WRONG)
    done = checks(checkout, "run", "1.1")
    assert "This looks like a known mistake" in done.stdout
    answers = checkout / "my answers"
    shutil.copytree(checkout / "tutorial", answers)
    assert "--package 'my answers'" in checks(checkout, "run", "1.1", "--package", "my answers").stdout.replace(
        "\n", " "
    )
    assert checks(checkout, "reset", "1.1").returncode == 0


# Keys


def submission(**files):
    return Submission("tutorial", {**SOURCES, **files})


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ({}, {}, True),
        ({}, {"pooling": SOURCES["pooling"] + "# more\n"}, False),
        ({}, {"encoder": SOURCES["encoder"] + "x = 1\n"}, True),
        ({}, {"notes": "x = 1\n"}, True),
        (
            {"pooling": SOURCES["pooling"] + "model.eval()\n"},
            {"pooling": SOURCES["pooling"] + "model.eval()\n", "notes": "x = 1\n"},
            True,
        ),
        (
            {"pooling": "from .notes import x\n" + SOURCES["pooling"], "notes": "x = 1\n"},
            {"pooling": "from .notes import x\n" + SOURCES["pooling"], "notes": "x = 2\n"},
            False,
        ),
        ({"pooling": "import math\n" + SOURCES["pooling"]}, {"pooling": "import math\n" + SOURCES["pooling"]}, True),
        ({"pooling": "def ("}, {"pooling": "def (", "notes": ""}, False),
    ],
)
def test_key_holds_what_the_answer_may_meet(before, after, same):
    keys = [answer_fingerprint(submission(**files), MEAN) for files in (before, after)]
    assert (keys[0] == keys[1]) is same


@pytest.mark.parametrize(
    "line",
    [
        "import tutorial.notes",
        "from tutorial import notes",
        "from tutorial.notes import x",
        "import helper_beside_the_course",
        "__import__('tutorial.notes')",
        "import importlib",
        "from pkgutil import resolve_name",
        "eval('1')",
        "open('data.txt')",
        "from .notes import x",
    ],
)
def test_answer_that_may_meet_anything_has_no_key(line):
    files = {"pooling": f"{line}\n{SOURCES['pooling']}", "notes": "import helper_beside_the_course"}
    assert answer_fingerprint(submission(**files), MEAN) is None
    with_key = {"pooling": f"from .notes import x\n{SOURCES['pooling']}", "notes": "import math"}
    assert answer_fingerprint(submission(**with_key), MEAN)


def test_results_that_may_change_by_themselves_are_not_kept(tmp_path):
    kept, package = Kept(tmp_path / "results", LOCAL_SEED), read_submission(SOLUTIONS)
    facts = ("1.1", "average", "pooling.mean_pool")
    for result in (
        ExerciseResult(*facts, Status.NOT_STARTED, 0, 3),
        ExerciseResult(*facts, Status.NOT_JUDGED, 0, 3),
        ExerciseResult(*facts, Status.TIMED_OUT, 0, 3),
        ExerciseResult(*facts, Status.OUT_OF_MEMORY, 0, 3),
        ExerciseResult(*facts, Status.EXITED, 0, 3),
        ExerciseResult(*facts, Status.FAILED, 0, 3, gave_up=True),
    ):
        kept.keep(package, result)
        assert kept.find(package, MEAN) is None
    kept.keep(package, ExerciseResult(*facts, Status.PASSED, 3, 3))
    assert kept.find(package, MEAN) is not None
    assert Kept(tmp_path / "results", LOCAL_SEED + 1).find(package, MEAN) is None


def test_run_of_a_package_keeps_nothing():
    assert Run(Wish((MEAN,), SOLUTIONS)).kept is None
    assert Run(Wish((MEAN,))).kept is not None


# The background


def test_background_starts_only_where_something_is_missing(tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr("checks.grader.background.start_in_background", lambda *call: started.append(call))
    folder = tmp_path / "expected"
    assert prepare_in_background(folder, 0)
    assert len(started) == 1
    (folder / COMPLETE).write_text(whole_fingerprint(load_course(), 0))
    assert is_prepared(folder, 0)
    assert prepare_in_background(folder, 0)
    assert len(started) == 1
    assert not is_prepared(folder, 1)
    (tmp_path / "file").write_text("in the way")
    assert not prepare_in_background(tmp_path / "file", 0)
    assert len(started) == 1
