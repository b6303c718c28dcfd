"""Fingerprints: what a result depends on, in one short text. Where that is the same, the result is, too."""

import ast
import hashlib
import platform
import re
import sys
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from ..course import CHECKS, EXERCISES, SOLUTIONS, Course, Exercise
from .definitions import NO_PYTHON, parse
from .files import Submission, python_files

# Whose versions a result depends on.
LIBRARIES = ("torch", "transformers", "tokenizers", "safetensors", "numpy", "scikit-learn", "matplotlib")
OWN = "."  # the package that a text belongs to
# Ways to meet files and modules without an import that says so.
REACHES = r"importlib|pkgutil|runpy|builtins|__import__|sys\.modules|(?<![.\w])(?:exec|eval|open)\(|read_(?:text|bytes)"


def digest(*parts: str) -> str:
    """Give one short text for several of any length."""
    return hashlib.sha256("\0".join(hashlib.sha256(part.encode()).hexdigest() for part in parts).encode()).hexdigest()


def whole_fingerprint(course: Course, seed: int) -> str:
    """Take all exercises together."""
    return digest(*(course_fingerprint(exercise, seed) for exercise in course.exercises))


@cache
def course_fingerprint(exercise: Exercise, seed: int) -> str:
    """Take all together that no learner changes: solutions, checks, the exercise's answers, versions, the seed."""
    return digest(_of_all_exercises(), str(seed), *_texts(exercise.folder.rglob("*.*")))


@cache
def _of_all_exercises() -> str:
    """Take together what concerns every exercise."""
    import importlib.metadata

    others = (EXERCISES, CHECKS / "cohort")  # what is made of results changes none
    ours = (path for path in CHECKS.rglob("*.py") if path.parent == EXERCISES or not {*others} & {*path.parents})
    versions = (platform.python_version(), *map(importlib.metadata.version, LIBRARIES))
    return digest(*versions, *_texts(python_files(SOLUTIONS)), *_texts(ours))


def files_fingerprint(files: Iterable[Path]) -> str:
    """Take all files together that say how something is graded."""
    return digest(*_texts(files))


def _texts(files: Iterable[Path]) -> list[str]:
    """Read the files that say how something is graded, each with its name."""
    wanted = sorted(path for path in files if path.suffix in (".py", ".toml") and path.is_file())
    return [f"{path.name} {path.read_text(encoding='utf-8')}" for path in wanted]


def answer_fingerprint(submission: Submission, exercise: Exercise) -> str | None:
    """Take all together that a learner changes: the exercise's file and, if it imports more than is given, all others.

    Where it imports no more than the reference does, it meets the reference of every other file, and nothing else.

    Returns:
        None if the answer may meet what nobody can list: files, or modules that are neither ours nor installed with us.
    """
    files = submission.importable()
    own = files.get(exercise.file, "")
    met = dict(sorted(files.items())) if imports_more(own, exercise.file) else {exercise.file: own}
    if any(_is_open(text, file) for file, text in met.items()):
        return None
    return digest(*(f"{file} {text}" for file, text in met.items()))


def imports_more(text: str, file: str) -> bool:
    """Tell whether a learner's file imports more of its own package than is given, and so may meet other files."""
    try:
        return not _own_names(text) <= _own_names(_reference(file))
    except NO_PYTHON:
        return True


def _is_open(text: str, file: str) -> bool:
    """Tell whether a text may meet anything at all: an unknown module, or a file that it reads."""
    try:
        packages = {package for _, package in _imports(text)}
    except NO_PYTHON:
        return False  # it meets nothing
    return not packages - {OWN} <= _known_packages() or not _reaches(text) <= _reaches(_reference(file))


def _reaches(text: str) -> set[str]:
    return set(re.findall(REACHES, text))


def _own_names(text: str) -> set[str]:
    return {name for name, package in _imports(text) if package == OWN}


@cache
def _known_packages() -> set[str]:
    """List the packages that are installed with us: Python's own, and those of the solutions."""
    texts = [path.read_text(encoding="utf-8") for path in python_files(SOLUTIONS)]
    return {*sys.stdlib_module_names, *(package for text in texts for _, package in _imports(text))}


@cache
def _reference(file: str) -> str:
    path = SOLUTIONS / f"{file}.py"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


@lru_cache(maxsize=128)
def _imports(text: str) -> tuple[tuple[str, str], ...]:
    """List what a text imports: the name within its own package, or else the package."""
    found: list[tuple[str, str]] = []
    for node in ast.walk(parse(text)):
        if isinstance(node, ast.ImportFrom) and node.level:
            found += [(f"{node.module} {alias.name}", OWN) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append(("", (node.module or "").partition(".")[0]))
        elif isinstance(node, ast.Import):
            found += [("", alias.name.partition(".")[0]) for alias in node.names]
    return tuple(found)
