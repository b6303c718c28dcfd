"""A new exercise, from one command to its proof."""

import os
import shutil
import subprocess
import sys

import pytest

from checks.course import ROOT, load_course
from checks.maintain.new import _with_line, start

STARS = '''"""Stars."""


def read_ratings(lines: list[str]) -> list[float]:
    """Read the rating at the start of each line, before a tab; empty lines are left out."""
    return [float(line.partition("\\t")[0]) for line in lines if line]
'''
CHECKS = '''"""Checks of exercise 7.1, `read_ratings`."""

from typing import Any

import torch

from ...protocol.suite import Code, Suite

suite = Suite()


@suite.check("reads one rating")
def one(code: Code, rng: torch.Generator) -> Any:
    return code.stars.read_ratings([f"{torch.randn(1, generator=rng).item()}\\tgood"])


@suite.check("reads many ratings in their order")
def many(code: Code, rng: torch.Generator) -> Any:
    return code.stars.read_ratings(["1.5\\ta", "-2\\tb\\tc", "0.25"])


@suite.check("leaves empty lines out")
def empty(code: Code, rng: torch.Generator) -> Any:
    return code.stars.read_ratings(["", "1\\ta", ""])


@suite.check("gives nothing for nothing")
def nothing(code: Code, rng: torch.Generator) -> Any:
    return code.stars.read_ratings([])
'''
MISCONCEPTIONS = """
[[misconception]]
name = "the text was read instead of the rating"
hint = "The rating stands before the tab."
diff = '''
- return [float(line.partition("\\t")[0]) for line in lines if line]
+ return [len(line.partition("\\t")[2]) for line in lines if line]
'''

[[misconception]]
name = "empty lines were taken for zero"
hint = "An empty line is no rating."
diff = '''
- return [float(line.partition("\\t")[0]) for line in lines if line]
+ return [float(line.partition("\\t")[0] or 0) for line in lines]
'''

[[misconception]]
name = "ratings were rounded"
hint = "A rating has a fraction."
diff = '''
- return [float(line.partition("\\t")[0]) for line in lines if line]
+ return [float(round(float(line.partition("\\t")[0]))) for line in lines if line]
'''
"""
LOOP = """def read_ratings(lines):
    ratings = []
    for line in filter(None, lines):
        ratings.append(float(line.split("\\t")[0]))
    return ratings
"""


@pytest.fixture
def checkout(tmp_path):
    for part in ("checks", "solutions", "tutorial", "docs"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "data", "generated"))
    (tmp_path / "solutions" / "stars.py").write_text(STARS, encoding="utf-8")
    return tmp_path


def maintain(checkout, *arguments):
    command = [sys.executable, "-m", "checks", "maintain", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(checkout), "HF_HUB_OFFLINE": "1"}
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, encoding="utf-8")


def test_new_exercise_is_started_filled_in_and_proved(checkout):
    done = maintain(checkout, "new", "8.1", "stars.read_ratings")
    assert done.returncode == 0, done.stderr
    folder = checkout / "checks" / "exercises" / "e8_1_read_ratings"
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")}
    assert written == {
        *("__init__.py", "exercise.toml", "checks.py"),
        *("answers/misconceptions.toml", "answers/alternatives/first.py"),
    }
    manifest = (checkout / "checks" / "course.toml").read_text(encoding="utf-8")
    assert '[task.exercises]\n"8.1" = "stars.read_ratings"\n' in manifest

    unfinished = maintain(checkout, "verify", "8.1")
    assert unfinished.returncode == 1
    for missing in ("checks: 1 instead of", "misconceptions: 1 instead of", "page: there is no docs/task-8.md"):
        assert missing in unfinished.stdout

    (folder / "checks.py").write_text(CHECKS, encoding="utf-8")
    (folder / "answers" / "misconceptions.toml").write_text(MISCONCEPTIONS, encoding="utf-8")
    (folder / "answers" / "alternatives" / "loop.py").write_text(LOOP, encoding="utf-8")
    (checkout / "docs" / "task-8.md").write_text("## 8.1 Ratings { #exercise-8-1 }\n", encoding="utf-8")
    assert maintain(checkout, "stubs").stdout.split() == ["written:", "tutorial/stars.py"]
    stub = (checkout / "tutorial" / "stars.py").read_text(encoding="utf-8")
    assert 'NotImplementedError("exercise 8.1: read_ratings")' in stub
    proved = maintain(checkout, "verify", "8.1")
    assert proved.stdout == "1 exercises, 0 findings\n", proved.stdout + proved.stderr
    assert "8.1: " in maintain(checkout, "mutants", "8.1").stdout


@pytest.mark.parametrize(
    ("exercise_id", "target", "message"),
    [
        ("1.1", "pooling.mean_pool", "exercise is '1.1', but that is there already"),
        ("9.1", "pooling.mean_pool", "exercise is '9.1', but must be a task from 1 to 8 and a number"),
        ("x", "pooling.mean_pool", "exercise is 'x', but must be"),
        ("1.8", "nothing.here", "target is 'nothing.here', but must be a definition in solutions/"),
        ("1.8", "pooling", "target is 'pooling', but must be"),
        ("1.8", "pooling.nothing", "there is no nothing in the file"),
    ],
)
def test_start_of_what_cannot_be_is_refused(exercise_id, target, message):
    before = len(load_course().exercises)
    with pytest.raises(ValueError, match=message):
        start(exercise_id, target)
    load_course.cache_clear()
    assert len(load_course().exercises) == before


def test_line_is_put_at_the_end_of_its_task():
    manifest = (ROOT / "checks" / "course.toml").read_text(encoding="utf-8")
    longer = _with_line(manifest, "2.3", "multitask.count")
    assert longer.replace('"2.3" = "multitask.count"\n', "") == manifest
    assert longer.index('"2.2"') < longer.index('"2.3"') < longer.index('"3.1"')
