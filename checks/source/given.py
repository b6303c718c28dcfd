"""Given programs: an exercise may hand out its reference with changes in it, instead of an empty body.

What is changed stands in `answers/given.toml`, which no worker sees. A change that some checks are said to notice is a
mistake to be found; any other one leaves something open, such as the cells of a table.
"""

import ast
import copy
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from ..course import SOLUTIONS, Exercise
from .definitions import Definition, apply_diff, locate, parse, without_docstring
from .files import decode


@dataclass(frozen=True)
class Change:
    """One change of the reference.

    Attributes:
        diff: Lines with `-` are replaced by lines with `+`.
        name: What the mistake does; empty for a change that is none.
        claims: Of the checks that notice the mistake; all others pass.
    """

    diff: str
    name: str = ""
    claims: tuple[str, ...] = ()


@cache
def load_given(exercise: Exercise) -> tuple[Change, ...]:
    """Read the changes that make the given program; none if the exercise hands out an empty body."""
    path = exercise.folder / "answers" / "given.toml"
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["change"] if path.is_file() else []
    return tuple(Change(**{**entry, "claims": tuple(entry.get("claims", ()))}) for entry in entries)


def mistakes(exercise: Exercise) -> tuple[Change, ...]:
    """Give the mistakes that the learner is to find; none in most exercises."""
    return tuple(change for change in load_given(exercise) if change.claims)


def with_changes(text: str, exercise: Exercise, changes: Iterable[Change]) -> str:
    """Make some changes in the reference's file.

    Raises:
        ValueError: One does not fit there.
    """
    for change in changes:
        text = apply_diff(text, exercise.paths, change.diff)
    return text


def is_given(tree: ast.Module, exercise: Exercise) -> bool:
    """Tell whether the given program is still as it was handed out, whatever its docstrings and comments say."""
    return all(_shape(locate(tree, path)) == _shape(locate(_given_tree(exercise), path)) for path in exercise.paths)


@cache
def _given_tree(exercise: Exercise) -> ast.Module:
    text = decode((SOLUTIONS / f"{exercise.file}.py").read_bytes())
    return parse(with_changes(text, exercise, load_given(exercise)))


def _shape(node: Definition | None) -> str:
    """Write a definition without its docstrings; empty if there is none."""
    if node is None:
        return ""
    bare = copy.deepcopy(node)
    for inner in ast.walk(bare):
        if isinstance(inner, Definition):
            inner.body = without_docstring(inner)
    return ast.dump(bare)
