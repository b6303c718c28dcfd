"""The rules of the house that no type checker knows."""

import ast
from pathlib import Path

import pytest

SOLUTIONS = Path(__file__).parents[1] / "solutions"
FILES = sorted(SOLUTIONS.glob("*.py"))
ONLY_IN = {
    "matplotlib": {"plots.py"},
    "sklearn": {"evaluator.py", "dataset.py"},
    "transformers": {"backbones.py"},
    "subprocess": set(),
    "solutions": set(),
}


def imported(path):
    """Name the top-level packages that a file imports; relative imports have the name ''."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "" if node.level else (node.module or "").partition(".")[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_libraries_stay_in_their_files_and_own_imports_are_relative(path):
    for package, allowed in ONLY_IN.items():
        assert package not in set(imported(path)) or path.name in allowed, f"{path.name} imports {package}"


OTHERS = [path for folder in ("checks", "docs") for path in sorted((SOLUTIONS.parent / folder).rglob("*.py"))]


@pytest.mark.parametrize("path", [*FILES, *OTHERS], ids=lambda path: path.name)
def test_files_stay_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_assert_is_for_tests_only(path):
    assert not any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def test_constraints_pin_everything_exactly():
    lines = (SOLUTIONS.parent / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all("==" in pin for pin in pins)
    assert "torch==2.13.0" in pins


CHECKS = SOLUTIONS.parent / "checks"
# Lowest first; a file imports only those before it.
FLOORS = [
    *("course", "definitions", "results", "wire"),
    *("stubs", "hybrid", "observations", "compare", "exercise"),
    *("exercises.inputs", "exercises.models", "exercises", "observing"),
    *("worker", "referee"),
    *("processes", "sandbox", "grading"),
    *(
        "reports.junit",
        "reports.terminal",
        "reports.progress",
        "workspace",
        "watch",
        "doctor",
        "mutants",
        "maintain",
        "survivors",
    ),
    *("tolerances", "maintain_cli", "cli"),
]


def floor(module):
    """Give the height of a module of `checks`; all files of checks stand on one floor."""
    return FLOORS.index(module if module in FLOORS else module.partition(".")[0])


def own_imports(path):
    """Name the modules of `checks` that a file of it imports, wherever in the file."""
    package = path.relative_to(CHECKS).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [*package[: len(package) - node.level + 1], *([node.module] if node.module else [])]
            for alias in node.names:
                module = ".".join([*base, alias.name])
                yield module if module in FLOORS else ".".join(base)


@pytest.mark.parametrize("module", [m for m in FLOORS if m != "exercises"])
def test_checks_import_from_below_only(module):
    path = CHECKS / f"{module.replace('.', '/')}.py"
    for name in own_imports(path):
        assert floor(name) < floor(module), f"{module} imports {name}"


@pytest.mark.parametrize("path", sorted((CHECKS / "exercises").rglob("*.py")), ids=lambda path: path.name)
def test_exercises_import_the_language_and_inputs_only(path):
    language = {"compare", "exercise", "observations", "exercises.inputs", "exercises.models"}
    beside = ".".join(path.parent.relative_to(CHECKS).parts)
    assert {name for name in own_imports(path) if name not in language} <= {beside, f"{beside}.common"}
    assert "solutions" not in set(imported(path))


@pytest.mark.parametrize("path", sorted(CHECKS.rglob("*.py")), ids=lambda path: path.name)
def test_processes_start_in_the_sandbox_and_nothing_is_unpickled(path):
    found = set(imported(path))
    assert not found & {"pickle", "marshal", "shelve", "dill"}
    assert "subprocess" not in found or path.name == "processes.py"
    assert "solutions" not in found or path.name == "doctor.py"


def test_every_file_of_checks_has_its_floor():
    files = {".".join(path.relative_to(CHECKS).with_suffix("").parts) for path in CHECKS.rglob("*.py")}
    apart = {"__init__", "__main__", "exercises.__init__", "reports.__init__", "test_tutorial"}
    assert {name for name in files - apart if not name.startswith("exercises.") or name in FLOORS} <= set(FLOORS)
