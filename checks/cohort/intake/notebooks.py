"""Notebooks: what their code cells define is put into the course's files, in the place of the stubs."""

import ast
import contextlib
import json
import re
import symtable
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...course import Exercise, load_course
from ...source.definitions import NO_PYTHON, Definition, find, locate, parse, replace_definition, span, split_lines
from .finding import stubs

MAGIC = re.compile(r"\s*[%!?]")
MOST_CELLS = 1000
HARMLESS = re.compile(r"%%(?:time|timeit|capture)\b")  # what follows is Python all the same


@dataclass(frozen=True)
class Cell:
    """A code cell that Python can read.

    Attributes:
        place: `work.ipynb, cell 3`, counted from 1 among all cells.
        text: Without lines that only a notebook understands.
        tree: Of the text.
    """

    place: str
    text: str
    tree: ast.Module


@dataclass
class Answers:
    """What notebooks hold of a course.

    Attributes:
        contents: Bytes of each file of the course that a cell has something for.
        renamed: Place of a cell, and what it defines.
        notes: Place of a cell, and why it is left out.
    """

    contents: dict[str, bytes] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)


def read_notebooks(notebooks: Mapping[str, bytes]) -> Answers:
    """Put what code cells define into the course's files.

    Args:
        notebooks: Path to bytes; of several definitions, the last one counts.
    """
    answers = Answers()
    cells = [cell for path, content in notebooks.items() for cell in _cells(path, content, answers)]
    texts: dict[str, str] = {}
    for exercise in load_course().exercises:
        place = next((cell.place for cell in reversed(cells) if locate(cell.tree, exercise.path)), "")
        if not place:
            continue
        what = f"{place}, {'.'.join(exercise.path)}"
        try:
            texts[exercise.file] = _with_answer(texts.get(exercise.file, stubs()[exercise.file]), exercise, cells)
            answers.renamed[what] = f"{exercise.file}.py"
        except NO_PYTHON as error:
            answers.notes[what] = f"it does not fit into {exercise.file}.py: {getattr(error, 'msg', error)}"
    answers.contents = {f"{file}.py": text.encode(errors="replace") for file, text in texts.items()}
    return answers


def _cells(path: str, content: bytes, answers: Answers) -> Iterator[Cell]:
    """Give the code cells of a notebook that are Python."""
    try:
        sources = list(_sources(json.loads(content)))
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        answers.notes[path] = "no notebook that can be read"
        return
    if len(sources) > MOST_CELLS:
        answers.notes[path] = f"more than {MOST_CELLS} code cells: the first ones were looked at"
    for number, source in sources[:MOST_CELLS]:
        place, text = f"{path}, cell {number}", _python_of(source)
        try:
            yield Cell(place, text, parse(text))
        except NO_PYTHON as error:
            answers.notes[place] = f"no Python: {getattr(error, 'msg', error)}"


def _sources(notebook: Any) -> Iterator[tuple[int, str]]:
    """Give number and text of every code cell, in the fourth form of notebooks and the one before."""
    cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
    for number, cell in enumerate(cells, start=1):
        if cell["cell_type"] == "code":
            source = cell["source"] if "source" in cell else cell["input"]
            yield number, source if isinstance(source, str) else "".join(source)


def _python_of(source: str) -> str:
    """Leave of a cell what is Python; its lines keep their numbers."""
    text = source.replace("\r\n", "\n")
    with contextlib.suppress(*NO_PYTHON):  # a line of Python may begin with %, too
        parse(text)
        return text
    if text.startswith("%%") and not HARMLESS.match(text):
        return ""
    return "\n".join("" if MAGIC.match(line) else line for line in text.split("\n"))


def _text(cell: Cell, node: ast.stmt) -> str:
    """Give the text of a statement of a cell."""
    first, last = span(node) if isinstance(node, Definition) else (node.lineno - 1, node.end_lineno or node.lineno)
    return "".join(split_lines(cell.text)[first:last])


def _with_answer(text: str, exercise: Exercise, cells: list[Cell]) -> str:
    """Put an answer in the place of its stub, and in front of it what it needs of the notebook."""
    answers = []
    for path in exercise.paths:
        answer = next((_text(cell, node) for cell in reversed(cells) if (node := locate(cell.tree, path))), None)
        if answer is not None and locate(parse(text), path) is not None:
            text = replace_definition(text, path, answer)
            answers.append(answer)
    needed = _needed(answers, text, cells)
    lines = split_lines(text)
    start = span(find(text, exercise.path[:1]))[0]
    return "".join([*lines[:start], *(f"{part.rstrip()}\n\n\n" for part in needed), *lines[start:]])


def _needed(answers: Iterable[str], text: str, cells: list[Cell]) -> list[str]:
    """List the statements of the notebook that answers use, and that the file does not have, in their order."""
    statements = [(cell, node) for cell in cells for node in cell.tree.body]
    last = {name: number for number, (_, node) in enumerate(statements) for name in _bound(node)}
    seen = {name for node in parse(text).body for name in _bound(node)}
    waiting, taken = [name for answer in answers for name in _names(answer)], set[int]()
    while waiting:
        name = waiting.pop()
        if name in last and name not in seen:
            seen |= _bound(statements[last[name]][1])
            taken.add(last[name])
            waiting += _names(_text(*statements[last[name]]))
    return [_text(*statements[number]) for number in sorted(taken)]


def _names(text: str) -> set[str]:
    """List the names that a statement takes from outside; what it binds itself may have the name of another cell's."""
    with contextlib.suppress(*NO_PYTHON):
        return set(_from_outside(symtable.symtable(textwrap.dedent(text), "cell", "exec")))
    return set()


def _from_outside(scope: symtable.SymbolTable) -> Iterator[str]:
    looks_outside = scope.get_type() in ("module", "class")  # even where it binds the same name later
    for symbol in scope.get_symbols():
        if symbol.is_declared_global() or (symbol.is_referenced() and (looks_outside or symbol.is_global())):
            yield symbol.get_name()
    for inner in scope.get_children():
        yield from _from_outside(inner)


def _bound(node: ast.stmt) -> set[str]:
    """Give the names that a statement binds."""
    if isinstance(node, Definition):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    targets = [*getattr(node, "targets", []), getattr(node, "target", None)]
    return {each.id for target in targets if target for each in ast.walk(target) if isinstance(each, ast.Name)}
