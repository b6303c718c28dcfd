"""Changes that the exercise itself suggests: its known mistakes turned round, and pieces of the reference.

No piece is the better part of the solution. Names that are the reference's own stand for whatever the answer has in
their place.
"""

import ast
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain

from ..definitions import NO_PYTHON, Definition, Path, find, without_docstring
from .text import Edit, Text, Words, blocks, expressions, read

COMMON = 3  # nodes: a smaller pattern would fit everywhere
Bound = dict[str, ast.AST]


def words_of(reference: str, paths: Sequence[Path], diffs: Iterable[str]) -> Words:
    """Learn what an exercise speaks of.

    Args:
        reference: The reference's file.
        paths: Of the exercise's definitions in it.
        diffs: Its known mistakes, as changes of the reference.
    """
    found = [find(reference, path) for path in paths]
    nodes = [node for definition in found for statement in definition.body for node in ast.walk(statement)]
    names = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    names |= {node.id for node in nodes if isinstance(node, ast.Name)}
    names |= {node.arg for node in nodes if isinstance(node, ast.keyword) and node.arg}
    docstring = " ".join(ast.get_docstring(node) or "" for node in [*found, *nodes] if isinstance(node, Definition))
    values = [ast.unparse(value) for definition in found for value in _constants(definition)]
    values += re.findall(r"(?<![\w.])\d{1,3}(?:\.\d{1,2})?(?![\w.])", docstring)
    values += [repr(word) for word in re.findall(r"`([a-z_]\w*)`", docstring)]
    mistakes = tuple(hunk for diff in diffs for hunk in _hunks(diff))
    return Words(frozenset(names), tuple(dict.fromkeys(values)), mistakes, reference)


def _constants(definition: Definition) -> Iterator[ast.expr]:
    for node, _ in expressions(definition):
        if isinstance(node, ast.Constant) and node.value is not None and len(str(node.value)) < 30:
            yield node


def _hunks(diff: str) -> Iterator[tuple[str, str]]:
    """Take a diff apart: the wrong and the right lines of each hunk."""
    for hunk in re.split(r"\n\s*\n", diff.strip("\n")):
        lines = hunk.split("\n")
        wrong, right = ("\n".join(line[2:] for line in lines if line[:1] in signs) for signs in ("+ ", "- "))
        yield textwrap.dedent(wrong), textwrap.dedent(right)


class Reference:
    """The reference of an exercise: where its pieces come from.

    Args:
        words: Of the exercise.
        paths: Of its definitions.
    """

    def __init__(self, words: Words, paths: Sequence[Path]) -> None:
        self.words = words
        self.text = read(words.reference, paths, (), words)
        nodes = [node for definition in self.text.definitions for node in ast.walk(definition)]
        stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        self.given = {node.arg for node in nodes if isinstance(node, ast.arg)}
        self.locals = (stored | self.given) - {"self"}
        assigned = [n for n in nodes if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)]
        self.values = {ast.unparse(n.targets[0]): f"({ast.unparse(n.value)})" for n in assigned[::-1]}
        bodies = [without_docstring(definition) for definition in self.text.definitions]
        self.longest = sum(len(self.text.block(body)) for body in bodies if body) // 2  # letters that a change adds
        self.most = len(nodes) // 2  # nodes of a piece: more would be the solution itself

    @cached_property
    def statements(self) -> list[ast.stmt]:
        """All statements that can stand elsewhere."""
        found = [statement for d in self.text.definitions for body, _ in blocks(d) for statement in body]
        return [one for one in found if not isinstance(one, Definition) and _size(one) <= self.most]

    @cached_property
    def pieces(self) -> dict[tuple[type, str], list[ast.expr]]:
        """All expressions, by the role that they play."""
        found: dict[tuple[type, str], list[ast.expr]] = {}
        for definition in self.text.definitions:
            for node, parent in expressions(definition):
                if _size(node) <= self.most and not isinstance(node, ast.Starred):
                    found.setdefault(_role(node, parent), []).append(node)
        return found

    def can_stand_in(self, piece: ast.AST, names: set[str]) -> bool:
        """Tell whether a definition with these names has all that a piece of the reference names."""
        used = {node.id for node in ast.walk(piece) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        return used & self.locals - self.values.keys() <= names

    def inlined(self, code: str, names: set[str]) -> str:
        """Write out what a definition with these names has no names for."""
        for _ in range(2):
            for name in self.values.keys() - names:
                value = self.values[name].replace("\\", r"\\")
                code = re.sub(rf"(?<![\w.\"']){name}(?![\w\"']|\s*=[^=])", value, code)
        return code


def known_edits(text: Text, reference: Reference) -> Iterator[Edit]:
    """Give all changes of a text that its exercise suggests."""
    for definition in text.definitions:
        nodes = list(ast.walk(definition))
        names = {node.id for node in nodes if isinstance(node, ast.Name)}
        names |= {node.arg for node in nodes if isinstance(node, ast.arg)}
        for edit in chain(
            _reversed(text, reference, definition),
            _calls_like(text, reference, definition, names),
            _pieces(text, reference, definition, names),
            _statements(text, reference, definition, names),
        ):
            inlined = reference.inlined(edit.new, names)
            if len(inlined) - (edit.end - edit.start) <= reference.longest:
                yield replace(edit, new=inlined)


def _reversed(text: Text, reference: Reference, definition: Definition) -> Iterator[Edit]:
    """Mend known mistakes, wherever the answer makes them: in a piece of a line, or in whole lines."""
    for wrong, right in text.words.mistakes:
        before, after = _parsed(wrong), _parsed(right)
        if before is None or after is None or _size(after) > reference.most:
            continue
        theirs = Text(right, after, [])
        for old, new in _differences(before, after):
            for node, parent in expressions(definition) if _size(old) >= COMMON else ():
                bound: Bound = {}
                if _matches(old, node, bound, reference.locals):
                    yield text.swap(
                        node, _filled(text, _fitting(theirs, new, parent), bound), "a piece of this line", 0
                    )
        if not wrong.rstrip().endswith(":"):
            yield from _lines_reversed(text, reference, definition, before, right)


def _lines_reversed(
    text: Text, reference: Reference, definition: Definition, before: ast.Module, right: str
) -> Iterator[Edit]:
    for body, _ in blocks(definition):
        for start in range(len(body) - len(before.body) + 1):
            inner, bound = body[start : start + len(before.body)], Bound()
            if inner and _matches_all(before.body, inner, bound, reference.locals) and text.stands_alone(inner[0]):
                new = textwrap.indent(_filled(text, right, bound), " " * inner[0].col_offset)
                yield Edit(*text.lines(inner), f"{new}\n" if new.strip() else "", "a line", inner[0].lineno, 1)


def _parsed(lines: str) -> ast.Module | None:
    """Parse the lines of a hunk, which may be the head of a block alone."""
    head = lines.rstrip().endswith(":")
    try:
        return ast.parse(f"{re.sub(r'^el(?=if )', '', lines)}\n    pass" if head else lines)
    except NO_PYTHON:
        return None


def _fitting(text: Text, piece: ast.expr, parent: ast.AST) -> str:
    """Give the text of a piece as it can stand in its new place."""
    alone = isinstance(parent, ast.Return | ast.Assign) or not isinstance(piece, ast.Tuple)
    whole = alone and isinstance(parent, ast.Return | ast.Assign | ast.Call | ast.keyword)
    return text.of(piece) if whole else text.operand(piece)


def _differences(before: ast.AST, after: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Give the expressions in which two trees differ, each also with what is around it."""
    if isinstance(before, ast.expr) and isinstance(after, ast.expr):
        yield before, after
    if type(before) is not type(after):
        return
    olds, news = list(ast.iter_child_nodes(before)), list(ast.iter_child_nodes(after))
    different = [(o, n) for o, n in zip(olds, news, strict=False) if ast.dump(o) != ast.dump(n)]
    if len(olds) == len(news) and len(different) == 1:
        yield from _differences(*different[0])


def _matches_all(patterns: Sequence[ast.AST], nodes: Sequence[ast.AST], bound: Bound, free: set[str]) -> bool:
    return len(patterns) == len(nodes) and all(
        _matches(pattern, node, bound, free) for pattern, node in zip(patterns, nodes, strict=True)
    )


def _matches(pattern: ast.AST, node: ast.AST, bound: Bound, free: set[str]) -> bool:
    """Tell whether a tree is like another, with anything in the place of the other's own names."""
    if isinstance(pattern, ast.Name) and pattern.id in free and isinstance(node, ast.expr):
        known = bound.setdefault(pattern.id, node)
        return ast.unparse(known) == ast.unparse(node)
    if type(pattern) is not type(node):
        return False
    for name in pattern._fields:
        mine, theirs = getattr(pattern, name, None), getattr(node, name, None)
        if name in ("ctx", "kind", "type_comment", "annotation"):
            continue
        if isinstance(mine, list) and isinstance(theirs, list):
            if mine and not isinstance(mine[0], ast.AST):
                if mine != theirs:
                    return False
            elif not _matches_all(mine, theirs, bound, free):
                return False
        elif isinstance(mine, ast.AST) and isinstance(theirs, ast.AST):
            if not _matches(mine, theirs, bound, free):
                return False
        elif mine != theirs:
            return False
    return True


def _filled(text: Text, lines: str, bound: Mapping[str, ast.AST]) -> str:
    """Write right lines with the answer's own pieces in them."""
    tree = _parsed(lines) or ast.Module([], [])
    piece = Text(lines, tree, [])
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in bound]
    for name in sorted(names, key=piece.span, reverse=True):
        known = bound[name.id]
        if isinstance(known, ast.expr):
            lines = Text(lines, tree, []).apply(piece.swap(name, text.operand(known), ""))
    return lines


def _role(node: ast.expr, parent: ast.AST) -> tuple[type, str]:
    """Give the role of an expression: which kind of node holds it, and as what."""
    for name, value in ast.iter_fields(parent):
        if value is node:
            target = [ast.unparse(target) for target in getattr(parent, "targets", [])]
            return type(parent), " ".join([name, getattr(parent, "arg", None) or "", *target])
        if isinstance(value, list) and node in value:
            return type(parent), f"{name} {_called(parent)}"
    return type(parent), ""


def _called(node: ast.AST) -> str:
    func = getattr(node, "func", None)
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def _size(node: ast.AST) -> int:
    return sum(not isinstance(child, ast.expr_context) for child in ast.walk(node))


def _pieces(text: Text, reference: Reference, definition: Definition, names: set[str]) -> Iterator[Edit]:
    """Put an expression of the reference where the answer has one in the same role."""
    for node, parent in expressions(definition):
        own = text.of(node)
        for piece in reference.pieces.get(_role(node, parent), ()):
            new = _fitting(reference.text, piece, parent)
            if new != own and type(piece) is not ast.Name and reference.can_stand_in(piece, names):
                yield text.swap(node, new, "a piece of this line", 2 if _size(piece) < 12 else 3)


def _calls_like(text: Text, reference: Reference, definition: Definition, names: set[str]) -> Iterator[Edit]:
    """Complete a call by arguments that the reference gives to the same function."""
    theirs = [node for found in reference.pieces.values() for node in found if isinstance(node, ast.Call)]
    for node, _ in expressions(definition):
        if not isinstance(node, ast.Call):
            continue
        given = {keyword.arg for keyword in node.keywords}
        for other in theirs:
            if _called(other) != _called(node) or not reference.can_stand_in(other, names):
                continue
            yield text.swap(node, reference.text.of(other), "a call", 2)
            end = text.span(node)[1] - 1
            for keyword in other.keywords:
                if keyword.arg and keyword.arg not in given:
                    comma = ", " if node.args or node.keywords else ""
                    new = f"{comma}{keyword.arg}={reference.text.of(keyword.value)}"
                    yield Edit(end, end, new, "an argument that is missing", node.end_lineno or 0, 1)


def _statements(text: Text, reference: Reference, definition: Definition, names: set[str]) -> Iterator[Edit]:
    """Put a statement of the reference before, after or in the place of one of the answer's."""
    present = {ast.unparse(node) for node in ast.walk(definition) if isinstance(node, ast.stmt)}
    missing = [
        one for one in reference.statements if ast.unparse(one) not in present and reference.can_stand_in(one, names)
    ]
    for body, _ in blocks(definition):
        for statement in body:
            if isinstance(statement, Definition) or not text.stands_alone(statement):
                continue
            start, end = text.lines([statement])
            for one in missing:
                new = reference.text.block([one], statement.col_offset)
                if type(one) is type(statement):
                    yield Edit(start, end, new, "a line", statement.lineno, 2)
                yield Edit(start, start, new, "a line that is missing", statement.lineno, 2)
            if statement is body[-1] and text.between(0, end).endswith("\n"):
                for one in missing:
                    new = reference.text.block([one], statement.col_offset)
                    yield Edit(end, end, new, "a line that is missing", statement.lineno, 2)
