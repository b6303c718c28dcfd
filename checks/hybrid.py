"""The hybrid: the learner's module with the reference of every other exercise in it, as an in-memory package.

So each exercise is graded alone, whatever else is unfinished. All other modules are the reference's; a name that the
reference lacks is looked up in the learner's own file. The reference of the exercise itself must not be among the
sources that come in here.
"""

import ast
import importlib
import importlib.abc
import importlib.machinery
import re
import sys
import types
from collections.abc import Mapping, Sequence
from typing import Any

from .definitions import Definition, locate, parse, without_docstring

# Lines of grafted code are counted from here, so that a traceback tells them from the learner's own.
GRAFTED = 10_000_000

Code = str | ast.Module


class Package(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """A package whose modules are texts; `package.pooling` imports that module.

    Args:
        name: Its name among the imported modules.
        sources: File name without suffix to text or syntax tree.
        spare: File name to text in which names are looked up that the module lacks.
    """

    def __init__(self, name: str, sources: Mapping[str, Code], spare: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.sources = sources
        self.spare = spare or {}
        self.close()
        sys.meta_path.insert(0, self)

    def __getattr__(self, file: str) -> Any:
        if file.startswith("__") or file not in self.sources:
            raise AttributeError(f"the package has no file {file}.py")
        return importlib.import_module(f"{self.name}.{file}")

    def close(self) -> None:
        """Forget the package and all its modules."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        for module in [name for name in sys.modules if name == self.name or name.startswith(f"{self.name}.")]:
            del sys.modules[module]

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Answer for the package and its modules only."""
        package, _, file = fullname.partition(".")
        if package != self.name or (file and file not in self.sources):
            return None
        return importlib.machinery.ModuleSpec(fullname, self, origin=self._origin(file), is_package=not file)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """Leave that to Python."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Execute a module's text."""
        file = module.__name__.partition(".")[2]
        if not file:
            module.__path__ = []
            return
        module.__file__ = self._origin(file)
        if file in self.spare:
            module.__dict__["__getattr__"] = self._spare_names(file)
        exec(compile(self.sources[file], self._origin(file), "exec", dont_inherit=True), module.__dict__)

    def _origin(self, file: str) -> str:
        return f"{self.name}/{file or '__init__'}.py"

    def _spare_names(self, file: str) -> Any:
        """Make the function that a module asks for names it lacks (PEP 562)."""

        def look_up(name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            own = f"{self.name}._own_{file}"
            if own not in sys.modules:
                module = types.ModuleType(own)
                module.__package__ = self.name
                sys.modules[own] = module
                exec(compile(self.spare[file], self._origin(file), "exec", dont_inherit=True), module.__dict__)
            if name not in sys.modules[own].__dict__:
                raise AttributeError(f"module {file!r} has no attribute {name!r}")
            return sys.modules[own].__dict__[name]

        return look_up


def graft(learner: str, reference: str, mine: Sequence[Sequence[str]], others: Sequence[Sequence[str]]) -> ast.Module:
    """Put the reference of all other exercises into the learner's module.

    Args:
        learner: The learner's text.
        reference: The reference's text, without the exercise that is graded.
        mine: Paths of the definitions that the learner is graded for.
        others: Paths of the definitions of all other exercises of the file.

    Raises:
        SyntaxError: The learner's text is no Python, even with the other exercises left out.
    """
    tree = _parse(learner, others)
    tree.body = [statement for statement in tree.body if not _assigns_other(statement, others)]
    _graft_body(tree, ast.parse(reference), (), {tuple(path) for path in mine}, {tuple(path) for path in others})
    return ast.fix_missing_locations(tree)


def _assigns_other(statement: ast.stmt, others: Sequence[Sequence[str]]) -> bool:
    """Tell whether a statement puts something else in the place of another exercise: `Class.method = ...`."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    names = {ast.unparse(target) for target in targets if isinstance(target, ast.Name | ast.Attribute)}
    return bool(names & {".".join(path) for path in others})


def _parse(text: str, others: Sequence[Sequence[str]]) -> ast.Module:
    """Parse the learner's text; if that fails, once more without the texts of the other exercises."""
    try:
        return ast.parse(text)
    except SyntaxError:
        blanked = text
        for path in others:
            blanked = _blank(blanked, path[-1])
        try:
            return ast.parse(blanked)
        except SyntaxError:
            pass
        raise


def _blank(text: str, name: str) -> str:
    """Empty a definition by its indentation alone, as it may be no Python; the line numbers stay."""
    lines = text.split("\n")
    for start, line in enumerate(lines):
        found = re.match(rf"( *)(?:def|class) {re.escape(name)}\b", line)
        if found:
            indentation = len(found[1])
            end = start + 1
            while end < len(lines) and not _begins_statement(lines[end], indentation):
                end += 1
            lines[start:end] = [" " * indentation + "pass", *[""] * (end - start - 1)]
    return "\n".join(lines)


def _begins_statement(line: str, indentation: int) -> bool:
    """Tell whether a line ends the block above it: a closing bracket does not."""
    return bool(line.strip()) and len(line) - len(line.lstrip()) <= indentation and line.strip()[0] not in ")]}"


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
            _insert(learner, _foreign(node), reference.body[index + 1 :])
        elif isinstance(node, ast.ClassDef) and isinstance(own, ast.ClassDef):
            _graft_body(own, node, (*path, node.name), mine, others)
        elif not names & {name for old in learner.body for name in _bound_names(old)}:
            _insert(learner, _foreign(node), reference.body[index + 1 :])


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


def _foreign(node: ast.stmt) -> ast.stmt:
    """Copy a statement of the reference, with line numbers that no learner's file has."""
    copied = ast.parse(ast.unparse(node)).body[0]
    return ast.increment_lineno(copied, GRAFTED)


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


def is_stub(learner: ast.Module, reference: str, path: Sequence[str]) -> bool:
    """Tell whether a definition is still as it was handed out, whatever its docstring and comments say.

    Args:
        learner: The learner's module.
        reference: The reference's text, with the definition as a stub.
        path: Of the definition.
    """
    own, handed_out = locate(learner, path), locate(ast.parse(reference), path)
    return own is not None and handed_out is not None and _behaviour(own) == _behaviour(handed_out)


def _behaviour(node: Definition) -> list[str]:
    """Give the statements of a definition without docstrings, in one form for equal code."""
    if not isinstance(node, ast.ClassDef):
        return [ast.dump(statement) for statement in without_docstring(node)]
    statements = without_docstring(node)
    functions = [f"{s.name}: {_behaviour(s)}" for s in statements if isinstance(s, ast.FunctionDef)]
    return functions + [ast.dump(s) for s in statements if not isinstance(s, ast.FunctionDef)]


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
