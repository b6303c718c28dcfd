"""From a solution's source to the tutorial's: exercises become stubs or given programs, all else stays."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from ..course import Course, Exercise
from .definitions import (
    NO_PYTHON,
    Definition,
    Path,
    find,
    locate,
    parse,
    parse_around,
    remove_definition,
    span,
    split_lines,
    without_docstring,
)
from .given import is_given, load_given, with_changes

# What the tutorial alone needs to know: that an exercise may be still to be done.
ENTRY = r'''"""Entry point of `python -m tutorial`: tells which exercise comes next where a command needs it."""

import re
from pathlib import Path

from .app.cli import main

TO_DO = r"exercise \d+\.\d+: \w+"  # what a stub raises


def first_to_do(met: str) -> str:
    """Find the first exercise, in the order of the course, that is still to be done; one has been met."""
    texts = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("*.py")]
    stubs: list[str] = [stub for text in texts for stub in re.findall(rf'Error\("({TO_DO})"\)', text)]
    return min([*stubs, met], key=lambda stub: [int(number) for number in re.findall(r"\d+", stub)[:2]])


def tell(error: Exception) -> str:
    """Give the line that the terminal shows for an error."""
    if isinstance(error, NotImplementedError) and re.fullmatch(TO_DO, str(error)):
        return f"{first_to_do(str(error))} is still to be done"
    return str(error)


if __name__ == "__main__":
    main(tell)
'''


def stub_package(sources: Mapping[str, str], course: Course) -> dict[str, str]:
    """Turn the reference package into the tutorial: the same files, exercise bodies stubbed, an entry of its own."""
    stubs = {file: stub_source(text, course.of_file(file)) for file, text in sources.items()}
    return stubs | {"__main__": ENTRY}


def stub_source(text: str, exercises: Iterable[Exercise]) -> str:
    """Turn the source of a file into its stubs.

    Args:
        text: The reference.
        exercises: Those of its exercises that become stubs.
    """
    for exercise in exercises:
        given = load_given(exercise)
        text = with_changes(text, exercise, given) if given else _emptied(text, exercise)
    return text


def _emptied(text: str, exercise: Exercise) -> str:
    """Leave of an exercise its target alone, without its body."""
    for part in exercise.parts:
        text = remove_definition(text, (part,))
    return _stub_target(text, exercise)


def _stub_target(text: str, exercise: Exercise) -> str:
    """Replace the body of an exercise's target; of a class, the body of every method."""
    lines = split_lines(text)
    for function in reversed(_functions(find(text, exercise.path))):
        start, end = _body_lines(function)
        lines[start:end] = _stub_body(function, exercise)
    return "".join(lines)


def _functions(node: Definition) -> list[Definition]:
    """Give what has a body to fill in: every method of a class, or the function itself."""
    methods = [inner for inner in node.body if isinstance(inner, ast.FunctionDef)]
    return list(methods) if isinstance(node, ast.ClassDef) else [node]


def _body_lines(function: Definition) -> tuple[int, int]:
    """Give the lines of a function's body, its docstring left out; comments above the first statement belong to it."""
    docstring = function.body[0] if len(without_docstring(function)) < len(function.body) else None
    if docstring is not None:
        return docstring.end_lineno or 0, span(function)[1]
    return function.body[0].lineno - 1, span(function)[1]


def _stub_body(function: Definition, exercise: Exercise) -> list[str]:
    indentation = " " * (function.col_offset + 4)
    return [
        f"{indentation}# TODO {exercise.exercise_id} {exercise.title}\n",
        f"{indentation}raise NotImplementedError({_marker(exercise)!r})\n".replace("'", '"'),
    ]


def _marker(exercise: Exercise) -> str:
    return f"exercise {exercise.exercise_id}: {exercise.path[-1]}"


def is_stub(text: str, exercise: Exercise, others: Iterable[Path]) -> bool:
    """Tell whether an exercise is still as it was handed out, whatever its docstring and comments say.

    Args:
        text: The learner's file.
        exercise: Which exercise of it.
        others: Paths of the other exercises in the file: one that is no Python does not matter.
    """
    given = bool(load_given(exercise))
    if not given and _marker(exercise) not in text:
        return False
    try:
        tree = _parsed(text) or parse_around(text, list(others))
    except NO_PYTHON:
        return False  # whoever runs it will say what is wrong
    node = locate(tree, exercise.path)
    if node is None or _is_bound_again(tree, exercise.path):
        return False
    if given:
        return is_given(tree, exercise)
    if node.decorator_list:
        return False
    functions = _functions(node)
    return bool(functions) and all(_only_raises(function, _marker(exercise)) for function in functions)


def _is_bound_again(tree: ast.Module, path: Path) -> bool:
    """Tell whether something else may stand for a definition: an assignment, an import, a second definition."""
    scope = locate(tree, path[:-1]) if len(path) > 1 else tree
    if not isinstance(scope, ast.Module | ast.ClassDef):
        return False
    return _names(scope).count(path[-1]) > 1 or (len(path) > 1 and ".".join(path) in _names(tree))


@lru_cache(maxsize=64)
def _names(scope: ast.Module | ast.ClassDef) -> tuple[str, ...]:
    """List the names that a module or a class binds, once for all its exercises."""
    return tuple(name for statement in _same_level(scope.body) for name in _bound_by(statement))


def _same_level(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Go through statements, also those in an `if` or a `try`, but not into functions and classes."""
    for statement in body:
        yield statement
        if not isinstance(statement, Definition):
            for name in ("body", "orelse", "finalbody"):
                yield from _same_level(getattr(statement, name, []))
            for handler in getattr(statement, "handlers", []):
                yield from _same_level(handler.body)


def _bound_by(statement: ast.stmt) -> list[str]:
    """List the names that a statement binds, `Class.method` too."""
    if isinstance(statement, Definition):
        return [statement.name]
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name for alias in statement.names]
    targets = [*getattr(statement, "targets", []), getattr(statement, "target", None)]
    nodes = [node for target in targets if target for node in ast.walk(target)]
    stored = (node for node in nodes if isinstance(getattr(node, "ctx", None), ast.Store))
    return [ast.unparse(node) for node in stored if isinstance(node, ast.Name | ast.Attribute)]


@lru_cache(maxsize=32)
def _parsed(text: str) -> ast.Module | None:
    """Parse a file once for all its exercises; None if it is no Python as a whole."""
    try:
        return parse(text)
    except SyntaxError:
        return None


def _only_raises(function: Definition, marker: str) -> bool:
    match without_docstring(function):
        case [ast.Raise(exc=ast.Call(func=ast.Name(id="NotImplementedError"), args=[ast.Constant(value=text)]))]:
            return bool(text == marker)
    return False
