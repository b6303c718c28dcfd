"""The autograder's speed: what is known at once, cold starts, watching, whole submissions; each beside a yardstick."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from functools import partial
from pathlib import Path
from queue import Queue

from checks.course import LOCAL_SEED, ROOT, SOLUTIONS, load_course
from checks.grader.grading import Grader
from checks.grader.results import ExerciseResult
from checks.referee.misconceptions import load_misconceptions
from checks.run import Run, Wish
from checks.source.definitions import definition_text, replace_definition
from checks.source.files import read_sources
from checks.watch import work

from .comparison import Row, at_most, in_turns, paired

PAIRS = 7
SAVES = 15

# All checks on the reference, in one process, without a sandbox, a comparison or a diagnosis.
PLAIN = """
from checks.course import load_course
from checks.referee.expected import Expected
expected = Expected(0)
for exercise in load_course().exercises:
    expected.reference(exercise)
"""
PREPARE = f"""
from checks.grader.background import COMPLETE
from checks.referee.prepare import prepare_all
from checks.run import EXPECTED
EXPECTED.mkdir(parents=True)
prepare_all({LOCAL_SEED}, str(EXPECTED), COMPLETE)
"""


def rows(repeats: int) -> list[Row]:
    """Measure in a copy of this checkout, so that nothing of it is touched."""
    with tempfile.TemporaryDirectory() as folder:
        checkout = Path(folder, "checkout")
        for part in ("checks", "solutions", "tutorial"):
            shutil.copytree(ROOT / part, checkout / part, ignore=shutil.ignore_patterns("__pycache__", ".backup"))
        shutil.copy(ROOT / "constraints.txt", checkout)
        return [*_at_once(checkout), *_cold(checkout), *_watching(), *_whole(checkout, repeats)]


def _python(checkout: Path, *arguments: str) -> None:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(checkout)}
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, cwd=checkout, env=environment)


def _at_once(checkout: Path) -> list[Row]:
    """Compare what needs no grading with the libraries that it loads."""
    ways = {
        "overview": partial(_python, checkout, "-m", "checks"),
        "list": partial(_python, checkout, "-m", "checks", "list"),
        "rich": partial(_python, checkout, "-c", "import rich"),
    }
    _python(checkout, "-m", "checks")  # compiles
    times = in_turns(ways, 3 * PAIRS)
    return [
        paired("overview of an untouched tutorial", times["overview"], "import rich", times["rich"], 3),
        at_most("the same", min(times["overview"]), "limit", 0.5, "s"),
        at_most("checks list", min(times["list"]), "limit", 0.5, "s"),
    ]


def _cold(checkout: Path) -> list[Row]:
    solutions = str(checkout / "solutions")
    ways = {
        "checks": partial(_python, checkout, "-m", "checks", "run", "1.1", "--package", solutions),
        "torch": partial(_python, checkout, "-c", "import torch"),
    }
    times = in_turns(ways, PAIRS)
    return [paired("checks run 1.1, cold", times["checks"], "import torch", times["torch"], 1.5)]


def _watching() -> list[Row]:
    """Save a file several times, right and wrong in turns, and take the seconds until each verdict."""
    solution = read_sources(SOLUTIONS)["pooling"]
    texts = (solution.replace(".clamp(min=1)", ".clamp(min=2)"), solution)
    latencies = []
    with tempfile.TemporaryDirectory() as folder, Grader() as grader:
        package = Path(folder, "tutorial")
        shutil.copytree(SOLUTIONS, package, ignore=shutil.ignore_patterns("__pycache__"))
        file = package / "pooling.py"
        arrived: Queue[float] = Queue()
        threading.Thread(target=_forward, args=(package, grader, arrived), daemon=True).start()
        time.sleep(2)
        for save in range(SAVES + 2):
            start = time.perf_counter()
            file.write_text(texts[save % 2], encoding="utf-8")
            latencies.append(arrived.get(timeout=60) - start)
            time.sleep(0.3)
    latency = sorted(latencies[2:])[SAVES // 2]  # the first ones load the libraries
    return [at_most("watch, median of save to verdict", latency, "limit", 0.3, "s")]


def _forward(package: Path, grader: Grader, arrived: "Queue[float]") -> None:
    run = Run(Wish(load_course().exercises, package))
    for task in work(package, run.submission):
        run.submission = task.submission
        told: list[float] = []
        list(run.grade(grader, task.exercises, partial(_note, told)))
        arrived.put(told[0] if told else time.perf_counter())


def _note(told: list[float], verdict: ExerciseResult) -> None:
    told.append(time.perf_counter())


def _whole(checkout: Path, repeats: int) -> list[Row]:
    """Compare whole tutorials: solved, solved and edited in one place, and with a mistake in each exercise."""
    _python(checkout, "-c", PREPARE)
    _write(checkout, read_sources(SOLUTIONS))
    right = partial(_python, checkout, "-m", "checks", "--fresh")
    right()
    plain, edited = partial(_python, checkout, "-c", PLAIN), partial(_edited, checkout)
    times = in_turns({"right": right, "edited": edited, "plain": plain}, repeats)
    _write(checkout, _mistakes())
    wrong = partial(_python, checkout, "-m", "checks", "--fresh")
    unprepared = partial(_python, checkout, "-m", "checks", "run", "--package", "tutorial")
    mistaken = in_turns({"wrong": wrong, "unprepared": unprepared, "plain": plain}, 1)
    return [
        paired("30 solved exercises, graded", times["right"], "their checks alone", times["plain"], 3),
        paired("the same after one edit", times["edited"], "graded", times["right"], 0.5),
        paired("30 mistakes, graded and named", mistaken["wrong"], "checks alone", mistaken["plain"], 4),
        paired("the same", mistaken["wrong"], "not prepared", mistaken["unprepared"], 1),
    ]


def _edited(checkout: Path) -> None:
    with (checkout / "tutorial" / "pooling.py").open("a", encoding="utf-8") as file:
        file.write("# edited\n")
    _python(checkout, "-m", "checks")


def _write(checkout: Path, sources: dict[str, str]) -> None:
    for file, text in sources.items():
        (checkout / "tutorial" / f"{file}.py").write_text(text, encoding="utf-8")


def _mistakes() -> dict[str, str]:
    """Make the last known mistake of each exercise: it is found last."""
    sources = read_sources(SOLUTIONS)
    wrong = dict(sources)
    for exercise in load_course().exercises:
        changed = load_misconceptions(exercise)[-1].apply(sources[exercise.file], exercise)
        for path in exercise.paths:
            wrong[exercise.file] = replace_definition(wrong[exercise.file], path, definition_text(changed, path))
    return wrong
