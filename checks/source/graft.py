"""The graft: the learner's module with the reference of every other exercise in it.

So each exercise is graded alone, whatever else is unfinished. The reference of the exercise itself must not be in the
text that comes in here.
"""

import ast
from collections.abc import Mapping, Sequence

from .definitions import Definition, Path, locate, parse, parse_around

# Lines of grafted code are counted from here, so that a traceback tells them from the learner's own.
GRAFTED = 10_000_000


def graft(learner: str, reference: str, mine: Sequence[Path], others: Sequence[Path]) -> ast.Module:
    """Put the reference of all other exercises into the learner's module.

    Args:
        learner: The learner's text.
        reference: The reference's text, without the exercise that is graded.
        mine: Paths of the definitions that the learner is graded for.
        others: Paths of the definitions of all other exercises of the file.

    Raises:
        SyntaxError: The learner's text is no Python, even with the other exercises left out.
    """
    tree = parse_around(learner, others)
    tree.body = [statement for statement in tree.body if not _assigns_other(statement, others)]
    _graft_body(tree, ast.parse(reference), (), {tuple(path) for path in mine}, {tuple(path) for path in others})
    return ast.fix_missing_locations(tree)


def _assigns_other(statement: ast.stmt, others: Sequence[Path]) -> bool:
    """Tell whether a statement puts something else in the place of another exercise: `Class.method = ...`."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    names = {ast.unparse(target) for target in targets if isinstance(target, ast.Name | ast.Attribute)}
    return bool(names & {".".join(path) for path in others})


def _graft_body(
    learner: ast.Module | ast.ClassDef,
    reference: ast.Module | ast.ClassDef,
    path: tuple[str, ...],
    mine: set[tuple[str, ...]],
    others: set[tuple[str, ...]],
) -> None:
    for index, node in enumerate(reference.body):
        names = _bound_names(node)
        here = {(*path, name) for name in names}
        if not names or here & mine:
            continue
        own = locate(learner, sorted(names)) if isinstance(node, Definition) else None
        if here & others:
            learner.body = [old for old in learner.body if not (isinstance(old, Definition) and old.name in names)]
            _insert(learner, ast.increment_lineno(node, GRAFTED), reference.body[index + 1 :])
        elif isinstance(node, ast.ClassDef) and isinstance(own, ast.ClassDef):
            _graft_body(own, node, (*path, node.name), mine, others)
        elif not names & {name for old in learner.body for name in _bound_names(old)}:
            _insert(learner, ast.increment_lineno(node, GRAFTED), reference.body[index + 1 :])


def _insert(learner: ast.Module | ast.ClassDef, node: ast.stmt, later: Sequence[ast.stmt]) -> None:
    """Put a statement before the first one that comes later in the reference; imports come first of all."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        futures = [i for i, old in enumerate(learner.body) if getattr(old, "module", None) == "__future__"]
        learner.body.insert(max(futures, default=-1) + 1, node)
        return
    later_names = {name for statement in later for name in _bound_names(statement)}
    for position, statement in enumerate(learner.body):
        if _bound_names(statement) & later_names:
            learner.body.insert(position, node)
            return
    learner.body.append(node)


def _bound_names(node: ast.stmt) -> set[str]:
    """Give the names that a statement binds in its module or class."""
    if isinstance(node, Definition):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return {node.target.id}
    return set()


def imports_of(sources: Mapping[str, str], file: str) -> list[str]:
    """List the import statements of other packages that a file needs, by itself or through its own package."""
    found: dict[str, None] = {}
    seen: set[str] = set()
    waiting = [file]
    while waiting:
        current = waiting.pop()
        if current in seen or current not in sources:
            continue
        seen.add(current)
        for node in parse(sources[current]).body:
            if isinstance(node, ast.ImportFrom) and node.level:
                waiting += [node.module] if node.module else [alias.name for alias in node.names]
            elif isinstance(node, ast.Import | ast.ImportFrom):
                found[ast.unparse(node)] = None
    return list(found)
