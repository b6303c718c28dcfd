"""Mutants: the reference with one small change each. A check that is worth its place kills some of them.

The operators are the standard set: comparisons, arithmetic, logic and signs are exchanged, constants changed, flags
flipped, arguments swapped or left out, conditions negated, statements removed, results dropped. The texts of errors
are not graded, so what stands in a `raise` is not mutated.
"""

import ast
import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..course import Exercise
from ..source.definitions import find, replace_definition, without_docstring

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


class Mutant(NamedTuple):
    """One change: the file's text with it, and what was changed into what."""

    text: str
    change: str


def mutants(text: str, exercise: Exercise) -> Iterator[Mutant]:
    """Make all mutants of an exercise's reference.

    Args:
        text: The reference's file.
        exercise: Its target and parts are changed.
    """
    seen = set()
    for path in exercise.paths:
        definition = find(text, path)
        original = ast.unparse(definition)
        for index, count in enumerate(_variants(node) for node in _places(definition)):
            for variant in range(count):
                changed = copy.deepcopy(definition)
                place = _places(changed)[index]
                _mutate(place, variant)
                mutated = ast.unparse(ast.fix_missing_locations(changed))
                if mutated not in seen and mutated != original:
                    seen.add(mutated)
                    yield Mutant(replace_definition(text, path, mutated), _first_change(original, mutated))


class Place(NamedTuple):
    """Where something can be changed: a node, and for a statement or an argument the list that holds it."""

    node: ast.AST
    holder: list[Any] | None = None
    position: int = 0


def _places(definition: ast.AST) -> list[Place]:
    """List all places of a definition, docstrings, annotations and errors left out, in a fixed order."""
    places: list[Place] = []

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.Raise):
            return
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            if isinstance(node, ast.FunctionDef):
                for default in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
                    visit(default)
            visit_body(node.body, len(node.body) - len(without_docstring(node)))
            return
        places.append(Place(node))
        for name, value in ast.iter_fields(node):
            if name == "annotation":
                continue
            if name in ("body", "orelse", "finalbody") and isinstance(value, list):
                visit_body(value, 0)
            elif isinstance(value, list):
                for item in value:
                    if isinstance(item, ast.AST):
                        visit(item)
            elif isinstance(value, ast.AST):
                visit(value)

    def visit_body(body: list[ast.stmt], start: int) -> None:
        for index in range(start, len(body)):
            if not isinstance(body[index], ast.FunctionDef | ast.ClassDef | ast.Pass):
                places.append(Place(body[index], body, index))
            visit(body[index])

    visit(definition)
    return places


def _variants(place: Place) -> int:
    """Count the changes that a place offers."""
    node = place.node
    if place.holder is not None:
        return 2 if isinstance(node, ast.With) else 1
    if type(node) in SWAPS:
        return 1
    if isinstance(node, ast.Constant):
        return 0 if node.value is None or node.value is Ellipsis else 1
    if isinstance(node, ast.Call):
        return len(node.keywords) + (len(node.args) > 1)
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        return 1
    if isinstance(node, ast.comprehension):
        return len(node.ifs)
    if isinstance(node, ast.Return):
        return int(node.value is not None)
    if isinstance(node, ast.UnaryOp):
        return 1
    return 0


def _mutate(place: Place, variant: int) -> None:
    """Make one of a place's changes."""
    node = place.node
    if place.holder is not None:
        place.holder[place.position : place.position + 1] = (
            node.body if variant and isinstance(node, ast.With) else [ast.Pass()]
        )
    elif type(node) in SWAPS:
        node.__class__ = SWAPS[type(node)]  # operators have no fields
    elif isinstance(node, ast.Constant):
        node.value = _other_constant(node.value)
    elif isinstance(node, ast.Call):
        if variant < len(node.keywords):
            del node.keywords[variant]
        else:
            node.args[0], node.args[1] = node.args[1], node.args[0]
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        node.test = ast.UnaryOp(ast.Not(), node.test)
    elif isinstance(node, ast.comprehension):
        node.ifs[variant] = ast.UnaryOp(ast.Not(), node.ifs[variant])
    elif isinstance(node, ast.Return):
        node.value = ast.Constant(None)
    elif isinstance(node, ast.UnaryOp):
        _become(node, node.operand)


def _other_constant(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value}X" if isinstance(value, str) else value


def _become(node: ast.AST, other: ast.AST) -> None:
    """Put another node in the place of one, wherever that hangs in the tree."""
    node.__class__ = other.__class__
    node.__dict__ = other.__dict__


def _first_change(original: str, mutated: str) -> str:
    """Tell a change by the first line that differs."""
    before, after = original.split("\n"), mutated.split("\n")
    for old, new in zip(before, after, strict=False):
        if old != new:
            return f"{old.strip()}  →  {new.strip()}"
    return f"{before[-1].strip()}  →  nothing"
