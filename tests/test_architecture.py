"""The rules of the house that no type checker knows."""

import ast
import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checks.course import EXERCISES, load_course
from checks.protocol.suite import Code
from checks.referee.judge import rules

SOLUTIONS = Path(__file__).parents[1] / "solutions"
CHECKS = SOLUTIONS.parent / "checks"
TEXT = sorted(SOLUTIONS.glob("*.py"))
FAULTS = sorted((SOLUTIONS / "faults").glob("*.py"))
FILES = [*TEXT, *FAULTS, *sorted((SOLUTIONS / "app").glob("*.py"))]
ONLY_IN = {
    "matplotlib": {"plots.py"},
    "scipy": {"calibration.py"},
    "sklearn": {"baselines.py", "evaluator.py", "dataset.py", "evaluation.py"},
    "transformers": {"backbones.py"},
    "subprocess": {"fetch.py"},
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


@pytest.mark.parametrize("path", TEXT, ids=lambda path: path.name)
def test_text_imports_nothing_of_the_application(path):
    names = {
        name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for name in [node.module or "", *(alias.name for alias in node.names)]
    }
    assert path.name == "__main__.py" or not any(name.partition(".")[0] == "app" for name in names)


@pytest.mark.parametrize("path", FAULTS, ids=lambda path: path.name)
def test_programs_with_faults_stand_alone(path):
    assert set(imported(path)) <= {"collections", "dataclasses", "sklearn", "torch", "typing"}


@pytest.mark.parametrize("path", [path for path in FILES if path not in FAULTS], ids=lambda path: path.name)
def test_nothing_imports_a_program_with_faults(path):
    assert not re.search(r"\bfaults\b", path.read_text(encoding="utf-8"))


def test_model_needs_no_terminal_library():
    code = (
        "import sys; sys.modules['rich'] = sys.modules['typer'] = None\n"
        "from solutions import trainer\n"
        "print(*trainer.build_model(trainer.TrainingConfig()).encode(['A cat.', 'A tax form.']).shape)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKS.parent, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("2 512\n", "")


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


def lint_imports(folder):
    """Hold the contracts of `pyproject.toml` to the packages of a folder."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run([*command, "--no-cache"], cwd=folder, env=environment, capture_output=True, text=True)


def test_rooms_of_checks_import_one_way_and_a_worker_sees_no_judge():
    done = lint_imports(SOLUTIONS.parent)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("source/stubs.py", "from ..grader import grading"),
        ("worker/job.py", "from ..referee import judge"),
        ("exercises/e1_6_cosine_similarity_matrix/checks.py", "from .judges import JUDGES"),
        ("brand_new.py", ""),
    ],
)
def test_rooms_are_really_held(tmp_path, file, line):
    shutil.copytree(CHECKS, tmp_path / "checks", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(SOLUTIONS.parent / "pyproject.toml", tmp_path)
    with (tmp_path / "checks" / file).open("a", encoding="utf-8") as changed:
        changed.write(f"\n{line}\n")
    assert lint_imports(tmp_path).returncode == 1


def test_worker_loads_no_judge_and_nothing_of_the_referee():
    code = (
        "import sys, checks.worker.job\n"
        "from checks.course import load_course\n"
        "from checks.protocol.suite import load_checks\n"
        "assert all(load_checks(exercise) for exercise in load_course().exercises)\n"
        "print(*[name for name in sys.modules if 'referee' in name or 'judges' in name or name == 'solutions'])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKS.parent, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("exercise", load_course().exercises, ids=lambda exercise: exercise.exercise_id)
def test_every_exercise_is_one_folder_and_every_check_is_judged(exercise):
    files = {path.relative_to(exercise.folder).parts[0] for path in exercise.folder.rglob("*.*")}
    assert {"exercise.toml", "checks.py", "answers"} <= files - {"__pycache__"}
    others = {file for file in files if not file.endswith(".py")}  # checks may have files of their own to import
    assert others <= {"__pycache__", "exercise.toml", "answers"}
    judges = {judge for _, judge in rules(exercise) if judge}
    assert bool(judges) == ("judges.py" in files)
    if judges:
        module = importlib.import_module(f"{exercise.module}.judges")
        assert module.JUDGES.keys() <= {check.observe for check, _ in rules(exercise)}


def test_folders_of_exercises_are_those_of_the_manifest():
    folders = {path.name for path in EXERCISES.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == {exercise.folder.name for exercise in load_course().exercises}


def test_package_under_test_is_typed_by_its_modules():
    assert set(Code.__annotations__) <= {path.stem for path in TEXT} | {"faults"}
    used = {name for path in EXERCISES.rglob("*.py") for name in re.findall(r"\bcode\.(\w+)", path.read_text("utf-8"))}
    assert used <= set(Code.__annotations__)


@pytest.mark.parametrize("path", sorted(CHECKS.rglob("*.py")), ids=lambda path: path.name)
def test_processes_start_in_one_place_and_nothing_is_unpickled(path):
    found = set(imported(path))
    assert not found & {"pickle", "marshal", "shelve", "dill"}
    assert "subprocess" not in found or path.name == "processes.py"
    assert "solutions" not in found or path.name == "doctor.py" or "challenge" in (path.parent.name, path.stem)
