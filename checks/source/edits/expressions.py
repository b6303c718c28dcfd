"""Small changes of expressions: values, operators, names, calls."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

from ..definitions import Definition
from .tables import KEYWORDS, METHODS, OPERATORS, ORDERED, PREFIXES, REDUCTIONS, SIBLINGS, SUFFIXES, TWINS
from .text import Edit, Text, expressions

NAMES = 14  # of a scope: more would only take time


def expression_edits(text: Text) -> Iterator[Edit]:
    """Give all small changes of the expressions of a text."""
    for definition in text.definitions:
        scope = Scope(text, definition)
        for node, parent in expressions(definition):
            yield from _of(scope, node, parent)


class Scope:
    """What can be named within a definition."""

    def __init__(self, text: Text, definition: Definition) -> None:
        self.text = text
        nodes = list(ast.walk(definition))
        names = [node.arg for node in nodes if isinstance(node, ast.arg)]
        names += [node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
        self.names = tuple(dict.fromkeys(name for name in names if name != "self"))[:NAMES]
        imports = [node for node in text.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        self.modules = {alias.asname or alias.name for node in imports for alias in node.names} | {"super()"}
        self.attributes: dict[str, dict[str, None]] = {}
        for node in nodes:
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                self.attributes.setdefault(node.value.id, {})[node.attr] = None
        self.texts = tuple(
            dict.fromkeys(repr(n.value) for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))
        )

    def likely(self, code: str, rank: int = 2) -> int:
        """Give the rank of a change that brings a piece of code in: less if the task speaks of its names."""
        names = set(re.findall(r"[A-Za-z_]\w+", code))
        return rank - 1 if names & self.text.words.names else rank


def _of(scope: Scope, node: ast.expr, parent: ast.AST) -> Iterator[Edit]:
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return
    match node:
        case ast.Constant() | ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            yield from _constants(scope, node, parent)
        case ast.BinOp():
            yield from _arithmetic(scope.text, node)
        case ast.Compare(ops=[operator], comparators=[right]):
            yield from _exchanged(scope.text, node.left, right, operator)
        case ast.BoolOp():
            yield from _logic(scope.text, node)
        case ast.UnaryOp():
            yield scope.text.swap(node, scope.text.operand(node.operand), "a sign or a negation", 1)
        case ast.Name():
            yield from _names(scope, node)
        case ast.Attribute():
            yield from _attributes(scope, node)
        case ast.Call():
            yield from _calls(scope, node)
        case ast.Subscript():
            yield from _subscripts(scope.text, node)
        case ast.Tuple() | ast.List():
            yield from _sequences(scope.text, node)
        case ast.IfExp():
            for chosen in (node.body, node.orelse):
                yield scope.text.swap(node, scope.text.operand(chosen), "a condition", 1)
    yield from _conditions(scope.text, node, parent)
    yield from _wrapped(scope, node, parent)


def _constants(scope: Scope, node: ast.expr, parent: ast.AST) -> Iterator[Edit]:
    if isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.USub):
        return
    value = ast.literal_eval(node)
    if isinstance(value, bool):
        others = [repr(not value), "None"]
    elif isinstance(value, int):
        others = [*map(repr, dict.fromkeys((value + 1, value - 1, 1 - value, -value, 0, 1, 2, 2 * value))), "0.5"]
    elif isinstance(value, float):
        others = [*map(repr, (1 - value, value / 2, 2 * value, -value, 1 / value if value else 1.0)), "0", "1", "0.5"]
    elif isinstance(value, str):
        others = [text for text in (*scope.texts, "''") if len(text) < 40]
    else:
        others = []
    numeric = isinstance(value, int | float)
    known = [text for text in scope.text.words.values if text[0] in "-.0123456789TFN" or isinstance(value, str)]
    for text in dict.fromkeys(known if numeric or isinstance(value, str) else ()):
        yield scope.text.swap(node, text, "a constant", 1)
    for text in others:
        yield scope.text.swap(node, text, "a constant", 1 if numeric else 2)


def _operator(text: Text, left: ast.expr, right: ast.expr, old: str, new: str) -> Edit | None:
    """Exchange the operator between two expressions."""
    start, end = text.span(left)[1], text.span(right)[0]
    between = text.between(start, end)
    place = between.find(old)
    if place < 0 or "#" in between:
        return None
    return Edit(start, end, between[:place] + new + between[place + len(old) :], "an operator", left.end_lineno or 0, 1)


def _arithmetic(text: Text, node: ast.BinOp) -> Iterator[Edit]:
    left, right = node.left, node.right
    yield from _exchanged(text, left, right, node.op)
    yield text.swap(node, text.operand(left), "a part of a calculation", 1)
    yield text.swap(node, text.operand(right), "a part of a calculation", 1)
    sign = OPERATORS.get(type(node.op), ("", []))[0]
    if sign in ORDERED:
        yield text.swap(node, f"{text.operand(right)} {sign} {text.operand(left)}", "the two sides of an operator", 2)


def _exchanged(text: Text, left: ast.expr, right: ast.expr, operator: ast.AST) -> Iterator[Edit]:
    """Exchange the operator between two expressions."""
    old, others = OPERATORS.get(type(operator), ("", []))
    start, end = text.span(left)[1], text.span(right)[0]
    between = text.between(start, end)
    if old and old in between and "#" not in between:
        for new in others:
            yield Edit(start, end, between.replace(old, new, 1), "an operator", left.end_lineno or 0, 1)


def _logic(text: Text, node: ast.BoolOp) -> Iterator[Edit]:
    for left, right in pairwise(node.values):
        yield from _exchanged(text, left, right, node.op)
    for value in node.values:
        rest = [text.operand(other) for other in node.values if other is not value]
        yield text.swap(node, f" {OPERATORS[type(node.op)][0]} ".join(rest), "a condition", 1)


def _conditions(text: Text, node: ast.expr, parent: ast.AST) -> Iterator[Edit]:
    tested = getattr(parent, "test", None) is node or node in getattr(parent, "ifs", [])
    if tested and not isinstance(node, ast.UnaryOp):
        yield text.swap(node, f"not {text.operand(node)}", "a condition", 1)
    if tested and isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.NamedExpr):
        yield text.swap(node, f"{text.operand(node)} is not None", "a condition", 1)
        yield text.swap(node, f"{text.operand(node)} is None", "a condition", 2)
    if isinstance(parent, ast.comprehension) and node in parent.ifs:
        start, end = text.span(parent.iter)[1], text.span(node)[1]
        yield Edit(start, end, "", "a condition", node.lineno, 1)


def _names(scope: Scope, node: ast.Name) -> Iterator[Edit]:
    if node.id in scope.names:
        for other in scope.names:
            alike = bool(_twins(node.id) & _twins(other))
            if other != node.id:
                yield scope.text.swap(node, other, "a name", 1 if alike else 2)
    for other in _siblings(node.id):
        yield scope.text.swap(node, other, "what is called", scope.likely(other))
    if node.id == "self":
        return
    for attribute in scope.attributes.get("self", {}):
        if attribute in scope.text.words.names:
            yield scope.text.swap(node, f"self.{attribute}", "a name", 3)


def _twins(name: str) -> set[str]:
    """Give the names that are easily taken for another: A for B, train for test."""
    part = r"(?<![a-z])%s(?![a-z])"
    return {re.sub(part % old, new, name) for pair in TWINS for old, new in (pair, pair[::-1])} - {name}


def _siblings(name: str) -> list[str]:
    return [other for group in SIBLINGS if name in group for other in group if other != name]


def _attributes(scope: Scope, node: ast.Attribute) -> Iterator[Edit]:
    end = scope.text.span(node)[1]
    holder = scope.text.of(node.value)
    own = scope.attributes.get(holder, {}) if holder in (*scope.names, "self") else {}
    for other in dict.fromkeys([*_siblings(node.attr), *own, *_twins(node.attr)]):
        if other != node.attr:
            rank = scope.likely(other) if other in own or other not in _twins(node.attr) else 1
            yield Edit(end - len(node.attr.encode()), end, other, "what is called", node.end_lineno or 0, rank)
    if holder not in scope.modules:
        yield scope.text.swap(node, scope.text.operand(node.value), "an attribute", 3)


def _calls(scope: Scope, node: ast.Call) -> Iterator[Edit]:
    text = scope.text
    for one, other in zip(node.args, node.args[1:], strict=False):
        start, end = text.span(one)[0], text.span(other)[1]
        between = text.between(text.span(one)[1], text.span(other)[0])
        yield Edit(start, end, text.of(other) + between + text.of(one), "the order of arguments", one.lineno, 1)
    if isinstance(node.func, ast.Attribute) and text.of(node.func.value) not in scope.modules:
        yield text.swap(node, text.operand(node.func.value), "a call that is not needed", 1)
    for argument in node.args[:2]:
        if not isinstance(argument, ast.Starred):
            yield text.swap(node, text.operand(argument), "a call that is not needed", 1)
    yield from _arguments(text, node)
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    for keyword in KEYWORDS:
        new = keyword.partition("=")[0] not in {given.arg for given in node.keywords}
        if name in REDUCTIONS and new and text.of(node).endswith(")"):
            yield _added(text, node, keyword, scope.likely(keyword, 3))


def _arguments(text: Text, node: ast.Call) -> Iterator[Edit]:
    """Leave out one argument of a call."""
    arguments = sorted([*node.args, *(keyword.value for keyword in node.keywords)], key=lambda value: text.span(value))
    values = {id(keyword.value): keyword for keyword in node.keywords}
    spans = []
    for value in arguments:
        keyword = values.get(id(value))
        start = text.starts[keyword.lineno - 1] + keyword.col_offset if keyword else text.span(value)[0]
        spans.append((start, text.span(value)[1]))
    for index, (start, end) in enumerate(spans):
        if index + 1 < len(spans):
            end = spans[index + 1][0]
        elif index:
            start = spans[index - 1][1]
        rank = 1 if id(arguments[index]) in values else 2
        yield Edit(start, end, "", "an argument", arguments[index].lineno, rank)


def _added(text: Text, node: ast.Call, argument: str, rank: int) -> Edit:
    """Add an argument to a call."""
    end = text.span(node)[1] - 1
    comma = ", " if node.args or node.keywords else ""
    return Edit(end, end, f"{comma}{argument}", "an argument that is missing", node.end_lineno or 0, rank)


def _subscripts(text: Text, node: ast.Subscript) -> Iterator[Edit]:
    holder = text.operand(node.value)
    yield text.swap(node, holder, "an index", 1)
    if isinstance(node.slice, ast.Slice):
        low, high = (text.of(end) if end else "" for end in (node.slice.lower, node.slice.upper))
        for piece in (f"{high}:{low}", f"{low}:", f":{high}", f"{low}:{high} + 1", f"-{high}:" if high else "1:"):
            yield text.swap(node, f"{holder}[{piece}]", "a slice", 2)
    elif not isinstance(node.slice, ast.Constant | ast.Tuple):
        yield text.swap(node.slice, f"{text.operand(node.slice)} - 1", "an index", 2)
        yield text.swap(node.slice, f"{text.operand(node.slice)} + 1", "an index", 2)


def _sequences(text: Text, node: ast.Tuple | ast.List) -> Iterator[Edit]:
    for one, other in zip(node.elts, node.elts[1:], strict=False):
        start, end = text.span(one)[0], text.span(other)[1]
        between = text.between(text.span(one)[1], text.span(other)[0])
        yield Edit(start, end, text.of(other) + between + text.of(one), "the order of values", one.lineno, 1)
    for value in node.elts:
        rest = ", ".join(text.of(other) for other in node.elts if other is not value)
        brackets = "[%s]" if isinstance(node, ast.List) else "(%s,)" if len(node.elts) == 2 else "(%s)"
        yield text.swap(node, brackets % rest, "a value that is not needed", 3)
    inner = ", ".join(map(text.of, node.elts))
    if inner:
        yield text.swap(node, f"({inner},)" if isinstance(node, ast.List) else f"[{inner}]", "a list or a tuple", 2)


def _wrapped(scope: Scope, node: ast.expr, parent: ast.AST) -> Iterator[Edit]:
    """Put a call around an expression."""
    if (isinstance(parent, ast.Call) and parent.func is node) or getattr(parent, "attr", "") in METHODS:
        return
    if not isinstance(node, ast.Name | ast.Call | ast.BinOp | ast.Attribute | ast.Subscript | ast.ListComp):
        return
    whole = isinstance(parent, ast.Return | ast.Assign | ast.Call | ast.keyword | ast.For | ast.AugAssign)
    for suffix in SUFFIXES:
        rank = scope.likely(suffix, 3 if whole else 4)
        yield scope.text.swap(node, scope.text.operand(node) + suffix, "a step that is missing", rank)
    for name in PREFIXES if whole or isinstance(parent, ast.comprehension) else ():
        new = f"{name}({scope.text.of(node)})"
        yield scope.text.swap(node, new, "a step that is missing", scope.likely(name, 3))
    if whole and isinstance(node, ast.Name | ast.Call | ast.BinOp):
        for other in scope.names[:6]:
            new = f"{scope.text.operand(node)}.to({other}.dtype)"
            yield scope.text.swap(node, new, "a step that is missing", scope.likely("dtype", 3))
