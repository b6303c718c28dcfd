"""The autograder's speed: cold starts, watching, the whole course."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from queue import Queue

from checks.course import SOLUTIONS, TUTORIAL, read_sources
from checks.grading import Grader
from checks.watch import Verdict, verdicts

from .comparison import Row, at_most, fastest

SAVES = 15

# What `checks run 1.1` finds out, as somebody would write it for pytest: in one process, without a sandbox.
PYTEST_FILE = """
from checks.compare import difference
from checks.course import load_course
from checks.exercise import load_suite
from checks.referee import Referee

def test_mean_pool():
    referee, exercise = Referee(0), load_course().exercise("1.1")
    observed = referee.observations(exercise, referee.sources["pooling"])
    for check, expected, seen in zip(load_suite("1.1").checks, referee.expected(exercise), observed):
        assert difference(expected, seen, check.slack) is None
"""


def rows(repeats: int) -> list[Row]:
    """Compare cold starts in turns, then measure watching and the whole course."""
    with tempfile.TemporaryDirectory() as folder:
        test = Path(folder, "test_mean_pool.py")
        test.write_text(PYTEST_FILE, encoding="utf-8")
        seconds = fastest(
            {
                "checks": lambda: _python("-m", "checks", "run", "1.1", "--package", str(SOLUTIONS)),
                "torch": lambda: _python("-c", "import torch"),
                "pytest": lambda: _python("-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)),
                "all": lambda: _python("-m", "checks", "run", "--package", str(SOLUTIONS)),
                "list": lambda: _python("-m", "checks", "list"),
                "hint": lambda: _python("-m", "checks", "hint", "1.1"),
            },
            repeats,
        )
    return [
        _cold("import torch", seconds["checks"], seconds["torch"], 1.5),
        _cold("cold pytest file", seconds["checks"], seconds["pytest"], 1.5),
        at_most("checks, all exercises, cold", seconds["all"], "limit", 20, "s"),
        at_most("checks list", seconds["list"], "limit", 0.5, "s"),
        at_most("checks hint", seconds["hint"], "limit", 0.5, "s"),
        at_most("checks watch, median of save to verdict", statistics.median(_watching()), "limit", 0.3, "s"),
    ]


def _python(*arguments: str) -> None:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=environment)


def _cold(other: str, seconds: float, other_seconds: float, target: float) -> Row:
    ratio = seconds / other_seconds
    against = f"{other}: {other_seconds:.2f} s"
    return Row("checks run 1.1, cold", f"{seconds:.2f} s", against, ratio, f"≤ {target:g} ×", ratio <= target)


def _watching() -> list[float]:
    """Save a file several times, right and wrong in turns, and take the seconds until each verdict."""
    stub = (TUTORIAL / "pooling.py").read_text(encoding="utf-8")
    right = (SOLUTIONS / "pooling.py").read_text(encoding="utf-8")
    wrong = right.replace(".clamp(min=1)", ".clamp(min=2)")
    latencies = []
    with tempfile.TemporaryDirectory() as folder, Grader() as grader:
        package = Path(folder, "tutorial")
        shutil.copytree(SOLUTIONS, package, ignore=shutil.ignore_patterns("__pycache__"))
        file = package / "pooling.py"
        file.write_text(stub, encoding="utf-8")
        arrived: Queue[Verdict] = Queue()
        threading.Thread(target=_forward, args=(package, grader, arrived), daemon=True).start()
        time.sleep(10)  # all that is loaded once
        for save in range(SAVES + 1):
            start = time.perf_counter()
            file.write_text((wrong, right)[save % 2], encoding="utf-8")
            arrived.get(timeout=60)
            latencies.append(time.perf_counter() - start)
            time.sleep(0.3)
    return latencies[1:]  # the first one loads the checks


def _forward(package: Path, grader: Grader, arrived: "Queue[Verdict]") -> None:
    for verdict in verdicts(package, grader, read_sources(package)):
        arrived.put(verdict)
