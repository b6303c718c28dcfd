"""Definitions in source text: find a function, a method or a class, replace it, change a line of it."""

import ast
import contextlib
import re
import threading
from collections.abc import Sequence

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Path = Sequence[str]


NO_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)  # how Python refuses a text

_parsing = threading.Lock()


def parse(text: str) -> ast.Module:
    """Parse a text, one at a time: in Python 3.11 two threads that parse can trip each other up."""
    with _parsing:
        return ast.parse(text)


def split_lines(text: str) -> list[str]:
    """Split a text after its newlines only: Python's `splitlines` also splits where its parser sees no new line."""
    return re.split(r"(?<=\n)", text)


def parse_around(text: str, others: Sequence[Path]) -> ast.Module:
    """Parse a learner's text; if that fails, once more without the texts of the other exercises.

    Raises:
        SyntaxError: The text is no Python even then.
    """
    try:
        return parse(text)
    except SyntaxError:
        blanked = text
        for path in others:
            blanked = _blank(blanked, path)
        with contextlib.suppress(SyntaxError):
            return parse(blanked)
        raise


def _blank(text: str, path: Path) -> str:
    """Empty a definition by its indentation alone, as it may be no Python; the line numbers stay."""
    lines = text.split("\n")
    start, end = 0, len(lines)
    for name in path:
        head = re.compile(rf"( *)(?:async +)?(?:def|class) +{re.escape(name)}\b")
        found = [number for number in range(start, end) if head.match(lines[number])]
        if not found:
            return text
        start = found[-1]  # the last of several is the one that counts
        indentation = len(lines[start]) - len(lines[start].lstrip())
        end = next((n for n in range(start + 1, end) if _begins_statement(lines[n], indentation)), end)
    while start and re.match(rf" {{{indentation}}}@", lines[start - 1]):
        start -= 1
    lines[start:end] = [" " * indentation + "pass", *[""] * (end - start - 1)]
    return "\n".join(lines)


def _begins_statement(line: str, indentation: int) -> bool:
    """Tell whether a line ends the block above it: a closing bracket does not."""
    return bool(line.strip()) and len(line) - len(line.lstrip()) <= indentation and line.strip()[0] not in ")]}"


def locate(tree: ast.Module | ast.ClassDef, path: Path) -> Definition | None:
    """Find a definition by its path: class and name, or name alone. The last of several is the one that counts."""
    name, *rest = path
    for node in reversed(tree.body):
        if isinstance(node, Definition) and node.name == name:
            if not rest:
                return node
            return locate(node, rest) if isinstance(node, ast.ClassDef) else None
    return None


def lines_of(text: str, path: Path) -> list[int]:
    """Give the line of every definition by a path, in a class or in the module; none if the text is no Python."""
    try:
        body = parse(text).body
    except NO_PYTHON:
        return []
    *outer, name = path
    if outer:
        body = [
            node for owner in body if isinstance(owner, ast.ClassDef) and owner.name == outer[0] for node in owner.body
        ]
    return [node.lineno for node in body if isinstance(node, Definition) and node.name == name]


def find(text: str, path: Path) -> Definition:
    """Find a definition in a text.

    Raises:
        ValueError: It is not there.
        SyntaxError: The text is no Python.
    """
    return _located(parse(text), path)


def _located(tree: ast.Module, path: Path) -> Definition:
    node = locate(tree, path)
    if node is None:
        raise ValueError(f"there is no {'.'.join(path)} in the file")
    return node


def span(node: Definition) -> tuple[int, int]:
    """Give the lines of a definition, decorators included, as a slice of the text's lines."""
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return first - 1, node.end_lineno or node.lineno


def definition_text(text: str, path: Path) -> str:
    """Give the text of one definition."""
    start, end = span(find(text, path))
    return "".join(split_lines(text)[start:end])


def replace_definition(text: str, path: Path, replacement: str) -> str:
    """Put another text in the place of a definition, indented as the definition was."""
    start, end, indented = fitted(text, path, replacement)
    lines = split_lines(text)
    return "".join([*lines[:start], indented, *lines[end:]])


def fitted(text: str, path: Path, replacement: str) -> tuple[int, int, str]:
    """Fit a text to the place of a definition: the slice of lines that it replaces, and the text indented for it."""
    import textwrap

    node = find(text, path)
    start, end = span(node)
    indentation = split_lines(text)[node.lineno - 1][: node.col_offset]
    return start, end, textwrap.indent(textwrap.dedent(replacement).strip("\n") + "\n", indentation)


def remove_definition(text: str, path: Path) -> str:
    """Take a definition out of a text, with the blank lines after it."""
    start, end = span(find(text, path))
    lines = split_lines(text)
    while end < len(lines) and not lines[end].strip():
        end += 1
    return "".join(lines[:start] + lines[end:])


def apply_diff(text: str, paths: Sequence[Path], diff: str) -> str:
    """Change some lines of some definitions.

    Args:
        text: The source.
        paths: The definitions that may be changed.
        diff: Hunks with a blank line between them. In a hunk, lines with `-` are replaced by lines with `+`, and lines
            with a space stay. Indentation counts within a hunk only.

    Raises:
        ValueError: A hunk fits nowhere, or in several places.
    """
    for hunk in re.split(r"\n\s*\n", diff.strip("\n")):
        text = _apply_hunk(text, paths, hunk.split("\n"))
    return text


def _apply_hunk(text: str, paths: Sequence[Path], hunk: list[str]) -> str:
    old = [line[2:] for line in hunk if line[:1] in "- "]
    new = [line[2:] for line in hunk if line[:1] in "+ "]
    lines, tree = text.split("\n"), parse(text)
    starts = [
        start
        for first, last in (span(_located(tree, path)) for path in paths)
        for start in range(first, last - len(old) + 1)
        if [line.strip() for line in lines[start : start + len(old)]] == [line.strip() for line in old]
    ]
    if len(starts) != 1:
        raise ValueError(f"the change fits {len(starts)} places of the reference instead of one:\n" + "\n".join(hunk))
    start = starts[0]
    shift = _indentation(lines[start]) - _indentation(old[0])
    moved = [" " * (shift + _indentation(line)) + line.strip() for line in new]
    return "\n".join(lines[:start] + moved + lines[start + len(old) :])


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def without_docstring(node: Definition) -> list[ast.stmt]:
    """Give a definition's statements, its docstring left out."""
    return node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
