"""Pieces of code that show a misunderstanding, and not whose it is."""

import ast
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from pathlib import Path

from ...course import SOLUTIONS, Exercise, load_course
from ...grader.record import Result
from ...protocol.verdicts import printable
from ...source.definitions import NO_PYTHON, Definition, locate, parse, parse_around, without_docstring
from ...source.files import decode
from ..students import Student
from .statistics import diagnoses, student_of, unnamed_problem

SHOWN = 2  # pieces of code for each
ENOUGH = 12  # students of whom the shortest are taken
LONGEST_FILE = 100_000  # letters: a longer one is no answer, and takes long to read
LONGEST = 2_500  # letters of a piece
LEFT_OUT = "…"

Sources = Mapping[str, Mapping[str, str]] | Callable[[str], Mapping[str, str]]
Key = tuple[str, str]  # exercise, and the name of the misunderstanding or the problem's words


def collect(
    results: Iterable[Result], sources: Sources, roster: Mapping[str, Student], wanted: Collection[Key]
) -> dict[Key, tuple[str, ...]]:
    """Find short pieces of code behind each misunderstanding and each problem without a name.

    Args:
        results: Of submissions that could be read.
        sources: A student's texts, by file name without suffix; asked for one student at a time.
        roster: Who the students are: code that names its writer is not shown.
        wanted: For which.
    """
    texts_of = sources if callable(sources) else lambda student: sources.get(student, {})
    found: dict[Key, set[str]] = defaultdict(set)
    looked_at = Counter[Key]()
    for result in results:
        keys = [key for key in _keys(result) if key in wanted and looked_at[key] < ENOUGH]
        texts = texts_of(student_of(result)) if keys else {}
        own = _own_words(result, roster)
        for exercise_id, name in keys:
            piece = bare(load_course().exercise(exercise_id), texts)
            if piece and not own & _words(piece):
                found[exercise_id, name].add(piece)
                looked_at[exercise_id, name] += 1
    return {key: tuple(sorted(texts, key=lambda text: (len(text), text))[:SHOWN]) for key, texts in found.items()}


def _keys(result: Result) -> Iterable[Key]:
    for exercise in result.exercises:
        for diagnosis in diagnoses(exercise):
            yield exercise.exercise_id, diagnosis.name
        if told := unnamed_problem(exercise, result.files):
            yield exercise.exercise_id, told[0]


def _own_words(result: Result, roster: Mapping[str, Student]) -> set[str]:
    student = student_of(result)
    known = roster.get(student, Student(student))
    source = Path(result.intake.source).stem if result.intake else ""
    return _words(" ".join((student, known.name, known.email, source)))


def _words(text: str) -> set[str]:
    """List what may be a name: words of three letters or more."""
    return {word.casefold() for word in re.findall(r"[^\W\d_]{3,}", text)}


def bare(exercise: Exercise, texts: Mapping[str, str]) -> str:
    """Give the target's definition as Python itself writes it: no comment, no docstring, no words of its own.

    A text in quotes stays if the reference has it, or if it is no word, such as an equation for `einsum`.

    Args:
        exercise: Whose target.
        texts: A student's, by file name without suffix.

    Returns:
        Empty if there is no such definition, or no Python.
    """
    text = texts.get(exercise.file, "")
    if not text or len(text) > LONGEST_FILE:
        return ""
    try:
        with warnings.catch_warnings(action="ignore"):  # of a learner's backslashes
            node = locate(parse_around(text, load_course().others(exercise)), exercise.path)
        written = ast.unparse(_Quiet(_known_texts(exercise.file)).visit(node)) if node else ""
    except NO_PYTHON:
        return ""
    shown = printable(written)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST].rpartition(chr(10))[0]}\n{LEFT_OUT}"


class _Quiet(ast.NodeTransformer):
    """Leaves out docstrings, and the words of texts that are not known."""

    def __init__(self, known: frozenset[str]) -> None:
        self.known = known

    def visit(self, node: ast.AST) -> ast.AST:
        """Leave out a definition's docstring, then look into it."""
        if isinstance(node, Definition):
            node.body = without_docstring(node) or [ast.Pass()]
        self.generic_visit(node)
        return self._without_words(node) if isinstance(node, ast.Constant) else node

    def _without_words(self, node: ast.Constant) -> ast.Constant:
        if not isinstance(node.value, str | bytes) or node.value in self.known:
            return node
        text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
        return node if not re.search(r"[^\W\d_]{4}", text) else ast.Constant(LEFT_OUT)


@cache
def _known_texts(file: str) -> frozenset[str]:
    tree = parse(decode((SOLUTIONS / f"{file}.py").read_bytes()))
    return frozenset(
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
