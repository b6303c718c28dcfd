"""From a solution's source to the tutorial's: the bodies of the exercises become stubs, all else stays."""

import ast

from .course import Course, Exercise
from .definitions import Definition, find, remove_definition, span, split_lines, without_docstring


def stub_source(text: str, exercises: tuple[Exercise, ...]) -> str:
    """Turn the source of a file into its stubs.

    Args:
        text: The reference.
        exercises: Those whose targets stand in it.
    """
    for exercise in exercises:
        for part in exercise.parts:
            text = remove_definition(text, (part,))
        text = stub_target(text, exercise)
    return text


def stub_target(text: str, exercise: Exercise) -> str:
    """Replace the body of an exercise's target; of a class, the body of every method."""
    node = find(text, exercise.path)
    functions = [n for n in node.body if isinstance(n, ast.FunctionDef)] if isinstance(node, ast.ClassDef) else [node]
    lines = split_lines(text)
    for function in reversed(functions):
        start, end = _body_lines(function)
        lines[start:end] = _stub_body(function, exercise)
    return "".join(lines)


def _body_lines(function: Definition) -> tuple[int, int]:
    """Give the lines of a function's body, its docstring left out; comments above the first statement belong to it."""
    docstring = function.body[0] if len(without_docstring(function)) < len(function.body) else None
    if docstring is not None:
        return docstring.end_lineno or 0, span(function)[1]
    return function.body[0].lineno - 1, span(function)[1]


def _stub_body(function: Definition, exercise: Exercise) -> list[str]:
    indentation = " " * (function.col_offset + 4)
    name = exercise.path[-1]
    return [
        f"{indentation}# TODO {exercise.id} {exercise.title}\n",
        f'{indentation}raise NotImplementedError("exercise {exercise.id}: {name}")\n',
    ]


def stub_package(sources: dict[str, str], course: Course) -> dict[str, str]:
    """Turn the reference package into the tutorial: the same files, exercise bodies stubbed."""
    return {file: stub_source(text, course.of_file(file)) for file, text in sources.items()}
