"""A learner's text under small changes: where each piece of its syntax tree stands, and what a change puts there."""

import ast
import re
import textwrap
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..definitions import Definition, Path, locate, parse_around, split_lines, without_docstring

ATOMS = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant, ast.List, ast.Dict, ast.Set, ast.ListComp)
COMPOUND = (ast.For, ast.While, ast.If, ast.With, ast.Try)
LARGEST = 400  # lines of a definition: a longer one is no answer to an exercise


@dataclass(frozen=True)
class Edit:
    """One change of one place.

    Attributes:
        start: Of the bytes that it replaces.
        end: Of these bytes.
        new: What it puts there.
        kind: What it is about, in words: `a constant`.
        line: Where it begins.
        rank: How far back it stands among all edits: 0 is tried first.
    """

    start: int
    end: int
    new: str
    kind: str
    line: int
    rank: int


@dataclass(frozen=True)
class Words:
    """What the task itself speaks of: such words and values are likelier in a repair than others.

    Attributes:
        names: Identifiers.
        values: Constants, written as Python.
        texts: Wrong and right lines of known mistakes, and the reference's own lines: `donors.py` reads them.
    """

    names: frozenset[str] = frozenset()
    values: tuple[str, ...] = ()
    mistakes: tuple[tuple[str, str], ...] = ()
    reference: str = ""


@dataclass
class Text:
    """A file, and the definitions in it that may be changed.

    Attributes:
        text: The file.
        definitions: The exercise's own.
        words: Of the exercise.
    """

    text: str
    tree: ast.Module
    definitions: list[Definition]
    words: Words = field(default_factory=Words)

    @cached_property
    def raw(self) -> bytes:
        """The bytes, in which Python counts columns."""
        return self.text.encode()

    @cached_property
    def starts(self) -> list[int]:
        """Where each line begins."""
        starts = [0]
        for line in split_lines(self.text):
            starts.append(starts[-1] + len(line.encode()))
        return starts

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Give the bytes of a node."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self.starts[node.lineno - 1] + node.col_offset, self.starts[end_line - 1] + end_column

    def of(self, node: ast.expr | ast.stmt) -> str:
        """Give the text of a node."""
        return self.between(*self.span(node))

    def between(self, start: int, end: int) -> str:
        """Give a piece of the text."""
        return self.raw[start:end].decode()

    def operand(self, node: ast.expr) -> str:
        """Give the text of a node as it can stand beside any operator."""
        return self.of(node) if isinstance(node, ATOMS) else f"({self.of(node)})"

    def swap(self, node: ast.expr | ast.stmt, new: str, kind: str, rank: int = 2) -> Edit:
        """Put something else in the place of a node."""
        return Edit(*self.span(node), new, kind, node.lineno, rank)

    def lines(self, statements: Sequence[ast.stmt]) -> tuple[int, int]:
        """Give the bytes of the whole lines of some statements that follow each other."""
        first = min(
            [statements[0].lineno, *(decorator.lineno for decorator in getattr(statements[0], "decorator_list", []))]
        )
        return self.starts[first - 1], self.starts[statements[-1].end_lineno or 0]

    def block(self, statements: Sequence[ast.stmt], indentation: int | None = None) -> str:
        """Give the whole lines of some statements, perhaps indented otherwise."""
        text = self.between(*self.lines(statements))
        text = text if text.endswith("\n") else f"{text}\n"
        return text if indentation is None else textwrap.indent(textwrap.dedent(text), " " * indentation)

    def stands_alone(self, statement: ast.stmt) -> bool:
        """Tell whether a statement shares its lines with no other."""
        start, end = self.span(statement)
        first, last = self.lines([statement])
        after = self.between(end, last).strip()
        before = self.between(first, start).strip()
        return (not before or before.startswith("@")) and (not after or after.startswith("#"))

    def apply(self, edit: Edit) -> str:
        """Make a change."""
        return (self.raw[: edit.start] + edit.new.encode() + self.raw[edit.end :]).decode()


def read(text: str, mine: Iterable[Path], others: Sequence[Path], words: Words, given: Iterable[str] = ()) -> Text:
    """Read a learner's file.

    Args:
        text: The file.
        mine: Paths of the exercise's definitions.
        others: Paths of all other exercises' definitions: they are left alone.
        words: Of the exercise.
        given: Names that the file has from the start: they are left alone, too.

    Raises:
        SyntaxError: It is no Python.
    """
    tree = parse_around(text, others)
    found = [node for node in (locate(tree, path) for path in mine) if node]
    foreign = {*given, *(path[0] for path in others)}
    helpers = {node.name: node for node in tree.body if isinstance(node, Definition) and node.name not in foreign}
    for node in found:  # grows: helpers of helpers
        used = {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
        found += [helper for name, helper in helpers.items() if name in used and helper not in found]
    own = [node for node in found if (node.end_lineno or 0) - node.lineno < LARGEST]
    return Text(text, tree, own, words)


def expressions(definition: ast.AST, parent: ast.AST | None = None) -> Iterator[tuple[ast.expr, ast.AST]]:
    """Go through all expressions that are evaluated in a definition, each with the node that holds it.

    Annotations, docstrings and texts of errors do not count; of a text with values in it, Python tells no places.
    """
    waiting: list[tuple[ast.AST, ast.AST]] = [(definition, definition)]
    while waiting:
        node, holder = waiting.pop()
        if isinstance(node, ast.expr):
            yield node, holder
        waiting += [(child, node) for child in reversed(_parts(node))]


def _parts(node: ast.AST) -> list[ast.AST]:
    match node:
        case ast.ClassDef():
            return list(without_docstring(node))
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return [*node.args.defaults, *filter(None, node.args.kw_defaults), *without_docstring(node)]
        case ast.JoinedStr() | ast.FormattedValue():
            return []
        case ast.Raise(exc=ast.Call(func=error)):
            return [error]
        case ast.AnnAssign():
            return [node.value] if node.value else []
    return list(ast.iter_child_nodes(node))


def blocks(definition: Definition) -> Iterator[tuple[list[ast.stmt], ast.AST]]:
    """Go through all lists of statements in a definition, each with the statement that holds it; no docstrings."""
    for node in ast.walk(definition):
        for name in ("body", "orelse", "finalbody"):
            body = getattr(node, name, None)
            if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
                yield (without_docstring(node) if isinstance(node, Definition) else body), node


def parses(text: Text, edit: Edit) -> bool:
    """Tell whether a change leaves Python, and changes no more than its own definition."""
    for node in text.definitions:
        start, end = text.lines([node])
        if start <= edit.start and edit.end <= end:
            changed = text.between(start, edit.start) + edit.new + text.between(edit.end, end)
            return _is_one_definition(changed, node.name)
    return False


def _is_one_definition(text: str, name: str) -> bool:
    """Tell whether a text is one definition of that name, at any indentation."""
    lead = "if True:\n" if re.match(r"[ \t]", text) else ""
    try:
        with warnings.catch_warnings(action="ignore"):  # what looks odd is tried all the same
            tree = ast.parse(lead + text)
            compile(tree, "<edit>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    body = tree.body[0].body if lead and isinstance(tree.body[0], ast.If) else tree.body
    return len(tree.body) == 1 and len(body) == 1 and isinstance(body[0], Definition) and body[0].name == name
