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


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
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
