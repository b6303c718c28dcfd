"""Fingerprints: what a result depends on, in one short text. Where that is the same, the result is, too."""

import ast
import hashlib
import platform
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from ..course import CHECKS, EXERCISES, SOLUTIONS, Course, Exercise
from .definitions import parse
from .files import Submission

DYNAMIC = r"__import__|import_module|sys\.modules|(?<![.\w])(?:exec|eval)\("  # ways to import without saying so


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
    ours = (path for path in CHECKS.rglob("*.py") if path.parent == EXERCISES or EXERCISES not in path.parents)
    import importlib.metadata

    versions = (platform.python_version(), importlib.metadata.version("torch"))
    return digest(*versions, *_texts(SOLUTIONS.glob("*.py")), *_texts(ours))


def _texts(files: Iterable[Path]) -> list[str]:
    """Read the files that say how something is graded, each with its name."""
    wanted = sorted(path for path in files if path.suffix in (".py", ".toml") and path.is_file())
    return [f"{path.name} {path.read_text(encoding='utf-8')}" for path in wanted]


def answer_fingerprint(submission: Submission, exercise: Exercise) -> str:
    """Take all together that a learner changes: the exercise's file and, if it imports more than is given, all others.

    Where it imports no more than the reference does, it meets the reference of every other file, and nothing else.
    """
    files = submission.importable()
    own = files.get(exercise.file, "")
    others = [f"{file} {text}" for file, text in sorted(files.items())] if _reaches_out(own, exercise.file) else []
    return digest(own, *others)


def _reaches_out(text: str, file: str) -> bool:
    """Tell whether a learner's file may meet other files of the learner."""
    try:
        imported = _own_imports(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    return not imported <= _given_imports(file) or bool(re.search(DYNAMIC, text))


@cache
def _given_imports(file: str) -> set[str]:
    return _own_imports((SOLUTIONS / f"{file}.py").read_text(encoding="utf-8"))


def _own_imports(text: str) -> set[str]:
    """List what a text imports from its own package."""
    nodes = (node for node in ast.walk(parse(text)) if isinstance(node, ast.ImportFrom) and node.level)
    return {f"{node.module} {alias.name}" for node in nodes for alias in node.names}
