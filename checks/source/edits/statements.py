"""Small changes of statements: lines removed, moved, exchanged, taken into a loop or out of it."""

import ast
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ..definitions import Definition
from .text import COMPOUND, Edit, Text, blocks


def statement_edits(text: Text) -> Iterator[Edit]:
    """Give all small changes of the statements of a text."""
    for definition in text.definitions:
        for body, holder in blocks(definition):
            if all(map(text.stands_alone, body)):
                yield from _removed(text, body)
                yield from _moved(text, body)
                yield from _taken_in_or_out(text, body)
                yield from _unwrapped(text, body)
                yield from _without_gradients(text, body)
                yield from _always(text, body)
                if isinstance(holder, ast.FunctionDef):
                    yield from _returned(text, holder, body)
                    yield from _in_float32(text, holder, body)
            yield from _rewritten(text, body)


def _edit(text: Text, statements: Sequence[ast.stmt], new: str, kind: str, rank: int = 2) -> Edit:
    return Edit(*text.lines(statements), new, kind, statements[0].lineno, rank)


def _removed(text: Text, body: Sequence[ast.stmt]) -> Iterator[Edit]:
    for statement in body:
        if isinstance(statement, Definition):
            continue
        rest = f"{' ' * statement.col_offset}pass\n" if len(body) == 1 else ""
        yield _edit(text, [statement], rest, "a line that is not needed", 1)


def _moved(text: Text, body: Sequence[ast.stmt]) -> Iterator[Edit]:
    for first in range(len(body)):
        for last in range(first + 1, min(len(body), first + 6)):
            inner = list(body[first : last + 1])
            rank = 1 if last == first + 1 else 3
            for order in ([*inner[1:], inner[0]], [inner[-1], *inner[:-1]]):
                new = "".join(text.block([statement]) for statement in order)
                yield _edit(text, inner, new, "the order of the lines", rank)


def _taken_in_or_out(text: Text, body: Sequence[ast.stmt]) -> Iterator[Edit]:
    for before, statement in pairwise(body):
        if isinstance(before, COMPOUND):
            inside = before.body[0].col_offset
            new = text.block([statement], inside)
            yield _edit(text, [statement], new, "a line that belongs into the block above", 1)
    for statement in body:
        if isinstance(statement, COMPOUND) and len(statement.body) > 1 and not getattr(statement, "orelse", None):
            first, last = statement.body[0], statement.body[-1]
            out = text.block([last], statement.col_offset)
            if text.stands_alone(last) and not getattr(statement, "handlers", None):
                yield _edit(text, [last], out, "a line that belongs after the block", 1)
            if text.stands_alone(first):
                head = text.between(text.lines([statement])[0], text.lines([first])[0])
                new = text.block([first], statement.col_offset) + head
                yield Edit(
                    text.lines([statement])[0], text.lines([first])[1], new, "a line before the block", first.lineno, 2
                )


def _unwrapped(text: Text, body: Sequence[ast.stmt]) -> Iterator[Edit]:
    for statement in body:
        if isinstance(statement, ast.With | ast.If | ast.Try | ast.For) and text.stands_alone(statement.body[0]):
            kind = "a context that is not needed" if isinstance(statement, ast.With) else "a block that is not needed"
            yield _edit(text, [statement], text.block(statement.body, statement.col_offset), kind, 1)
            if isinstance(statement, ast.If) and statement.orelse and text.stands_alone(statement.orelse[0]):
                yield _edit(text, [statement], text.block(statement.orelse, statement.col_offset), kind, 2)


def _without_gradients(text: Text, body: Sequence[ast.stmt]) -> Iterator[Edit]:
    rank = 1 if "no_grad" in text.words.names else 3
    for first in range(len(body)):
        for last in sorted({first + 1, first + 2, len(body) - 1, len(body)}):
            inner = body[first:last]
            if inner and not isinstance(inner[0], Definition):
                space = " " * inner[0].col_offset
                new = f"{space}with torch.no_grad():\n{text.block(inner, len(space) + 4)}"
                yield _edit(text, inner, new, "a context that is missing", rank)


def _always(text: Text, body: Sequence[ast.stmt]) -> Iterator[Edit]:
    """Let a last step be taken whatever happens before."""
    for last in range(1, len(body)):
        for first in range(last):
            space, end = " " * body[first].col_offset, body[last]
            if isinstance(end, ast.Expr | ast.Assign | ast.For) and not isinstance(body[first], Definition):
                inner = len(space) + 4
                new = f"{space}try:\n{text.block(body[first:last], inner)}{space}finally:\n{text.block([end], inner)}"
                yield _edit(text, body[first : last + 1], new, "a step that an exception must not skip", 2)


def _returned(text: Text, function: ast.FunctionDef, body: Sequence[ast.stmt]) -> Iterator[Edit]:
    last = body[-1] if body else function
    end, space = text.lines([last])[1], " " * last.col_offset
    if isinstance(last, ast.Expr):
        yield text.swap(last, f"return {text.of(last)}", "a `return` that is missing", 1)
    if isinstance(last, ast.Return | ast.Raise):
        return
    stored = [n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    given = [argument.arg for argument in function.args.args]
    for name in dict.fromkeys([*stored[::-1], *given]):
        gap = "" if text.between(0, end).endswith("\n") else "\n"
        new = f"{gap}{space}return {name}\n"
        yield Edit(end, end, new, "a `return` that is missing", last.end_lineno or 0, 1)


def _in_float32(text: Text, function: ast.FunctionDef, body: Sequence[ast.stmt]) -> Iterator[Edit]:
    """Compute with an argument in float32, and convert what is returned back to its own precision."""
    last = body[-1] if body else function
    if "promote_types" not in text.words.names or not isinstance(last, ast.Return) or last.value is None:
        return
    loads = [node for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    asked = {node.value for node in ast.walk(function) if isinstance(node, ast.Attribute)}
    for name in (argument.arg for argument in function.args.args):
        used = [node for node in loads if node.id == name and (node not in asked or _is_computed(function, node))]
        precise = f"{name}.to(torch.promote_types({name}.dtype, torch.float32))"
        swaps = [text.swap(node, precise, "") for node in used]
        end = text.span(last)[1]
        swaps.append(Edit(*(2 * text.span(last.value)[:1]), "(", "", last.lineno, 0))
        swaps.append(Edit(end, end, f").to({name}.dtype)", "", last.lineno, 0))
        if used:
            yield _together(text, swaps, "the precision in which it is computed")


def _is_computed(function: ast.FunctionDef, node: ast.Name) -> bool:
    """Tell whether a name is asked for more than its kind: `x.sum(1)`, and not `x.dtype`."""
    kinds = ("dtype", "shape", "device")
    return not any(isinstance(n, ast.Attribute) and n.value is node and n.attr in kinds for n in ast.walk(function))


def _together(text: Text, edits: Sequence[Edit], kind: str) -> Edit:
    """Make one change of several that do not overlap."""
    ordered = sorted(edits, key=lambda edit: (edit.start, edit.end))
    start, end, new, place = ordered[0].start, ordered[-1].end, "", ordered[0].start
    for edit in ordered:
        new += text.between(place, edit.start) + edit.new
        place = edit.end
    return Edit(start, end, new, kind, ordered[0].line, 1)


def _rewritten(text: Text, body: Sequence[ast.stmt]) -> Iterator[Edit]:
    """Change what a statement does with its value."""
    for statement in body:
        match statement:
            case ast.Assert(test=test):
                new = f"if not {text.operand(test)}:\n{' ' * (statement.col_offset + 4)}raise "
                for error in ("ValueError", "TypeError"):
                    message = text.of(statement.msg) if statement.msg else ""
                    yield text.swap(statement, f"{new}{error}({message})", "the kind of error", 1)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield text.swap(statement, f"{name} += {text.of(value)}", "what a line does with its value", 2)
                yield text.swap(statement, text.of(value), "what a line does with its value", 3)
            case ast.AugAssign(target=target, value=value):
                for sign in ("=", "+=", "-=", "*=", "/="):
                    new = f"{text.of(target)} {sign} {text.of(value)}"
                    yield text.swap(statement, new, "what a line does with its value", 2)
                sign = text.between(text.span(target)[1], text.span(value)[0]).strip()[:-1]
                new = f"{text.of(target)} = {text.of(target)} {sign} {text.operand(value)}"
                yield text.swap(statement, new, "a change in place", 1)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)))):
                new = f"{name} = {text.of(statement)}"
                yield text.swap(statement, new, "what a line does with its value", 2)
            case ast.Break() | ast.Continue():
                other = "continue" if isinstance(statement, ast.Break) else "break"
                yield text.swap(statement, other, "`break` and `continue`", 1)
