"""Texts as an importable package, in memory: the package under test, and the reference.

A name that a module lacks is looked up in the learner's own file of that name.
"""

import ast
import importlib
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

Text = str | ast.Module


class Package(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """A package whose modules are texts; `package.pooling` imports that module.

    Args:
        name: Its name among the imported modules.
        sources: File name without suffix to text or syntax tree; `faults/encoder` is imported as `faults.encoder`.
        spare: File name to text in which names are looked up that the module lacks.
    """

    def __init__(self, name: str, sources: Mapping[str, Text], spare: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.sources = sources
        self.spare = spare or {}
        self.close()
        sys.meta_path.insert(0, self)

    def __getattr__(self, file: str) -> Any:
        if file.startswith("__") or not (file in self.sources or self._is_folder(file)):
            raise AttributeError(f"the package has no file {file}.py")
        return importlib.import_module(f"{self.name}.{file.replace('/', '.')}")

    def _is_folder(self, file: str) -> bool:
        return not file or f"{file}/__init__" in self.sources

    def close(self) -> None:
        """Forget the package and all its modules."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        for module in self._modules():
            sys.modules.pop(module, None)

    def _modules(self) -> set[str]:
        """Name all modules that there can be: a walk through those of Python would copy thousands of a fork's pages."""
        own = {f"{self.name}._own_{file}" for file in self.spare}
        files = {f"{self.name}.{file}".replace("/", ".") for file in self.sources}
        return {self.name, *own, *files, *(file.rpartition(".")[0] for file in files)}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Answer for the package and its modules only."""
        package, _, rest = fullname.partition(".")
        file = rest.replace(".", "/")
        folder = self._is_folder(file)
        if package != self.name or not (folder or file in self.sources):
            return None
        return importlib.machinery.ModuleSpec(fullname, self, origin=self._origin(file), is_package=folder)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """Leave that to Python."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Execute a module's text."""
        file = module.__name__.partition(".")[2].replace(".", "/")
        if self._is_folder(file):
            module.__path__ = []
            if file:
                module.__dict__["__getattr__"] = partial(_member, module.__name__)
            return
        module.__file__ = self._origin(file)
        if file in self.spare:
            module.__dict__["__getattr__"] = self._spare_names(file)
        exec(_compile(self.sources[file], self._origin(file)), module.__dict__)

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
                exec(_compile(self.spare[file], self._origin(file)), module.__dict__)
            if name not in sys.modules[own].__dict__:
                raise AttributeError(f"module {file!r} has no attribute {name!r}")
            return sys.modules[own].__dict__[name]

        return look_up


def _member(folder: str, file: str) -> Any:
    """Import a file of a folder when it is asked for: `package.faults.encoder`."""
    if file.startswith("__"):
        raise AttributeError(file)
    return importlib.import_module(f"{folder}.{file}")


@lru_cache(maxsize=256)
def _compile(text: Text, origin: str) -> types.CodeType:
    """Compile a module once: a package is built anew for every answer, but most of its files are the same."""
    return compile(text, origin, "exec", dont_inherit=True)
