"""Checks of exercise 4.12, `visualize_metrics`."""

import contextlib
import copy
import hashlib
import os
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from matplotlib.figure import Figure
from PIL import Image

from ...protocol.suite import Code, Suite
from ..inputs import outcome

suite = Suite()


MEASURES = {"accuracy": 0.7, "precision": 0.75, "recall": 0.7, "f1": 0.72}


TASK_A = {
    **MEASURES,
    "auc": 0.75,
    "confusion_matrix": [[2, 1, 0], [0, 3, 1], [1, 0, 2]],
    "fpr": {0: [0.0, 0.5, 1.0], 2: [0.0, 0.0, 1.0]},
    "tpr": {0: [0.0, 0.5, 1.0], 2: [0.0, 0.5, 1.0]},
}


TASK_B = {
    **MEASURES,
    "auc": 0.875,
    "confusion_matrix": [[3, 1], [2, 4]],
    "fpr": [0.0, 0.25, 1.0],
    "tpr": [0.0, 1.0, 1.0],
}


NO_CURVE = {**TASK_B, "auc": None, "fpr": [], "tpr": []}


METRICS = {"overall": {}, "taskA": TASK_A, "taskB": TASK_B}


HISTORY = [{"loss": loss, "taskA": MEASURES, "taskB": MEASURES} for loss in (0.9, 0.5, 0.4)]


NAMES = {"taskA": ("tech", "art", "$port"), "taskB": ("no", "yes")}


@contextlib.contextmanager
def _empty_folder() -> Iterator[None]:
    """Work in a new folder, so that paths are short and the same everywhere."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        yield


@contextlib.contextmanager
def _quick_drawing(code: Code) -> Iterator[None]:
    """Draw a single colour that tells what was to be drawn: real figures take long, and are not what is checked."""

    def confusion_matrices(metrics: Any, class_names: Any) -> Figure:
        return _swatch([(metrics[task]["confusion_matrix"], class_names.get(task)) for task in NAMES])

    def roc_curves(metrics: Any, class_names: Any) -> Figure:
        curves = [[metrics[task][name] for name in ("auc", "fpr", "tpr")] for task in NAMES]
        return _swatch([curves, [class_names.get(task) for task in NAMES]])

    def training_curves(history: Any) -> Figure:
        return _swatch(list(history))

    with mock.patch.multiple(
        code.plots, _confusion_matrices=confusion_matrices, _roc_curves=roc_curves, _training_curves=training_curves
    ):
        yield


def _swatch(drawn: Any) -> Figure:
    return Figure(figsize=(1, 1), facecolor="#" + hashlib.sha256(repr(drawn).encode()).hexdigest()[:6])


def _pictures(code: Code, *arguments: Any, **options: Any) -> dict[str, bytes]:
    """Draw into a new folder; returns the content of each file by its name."""
    with _empty_folder(), _quick_drawing(code):
        code.plots.visualize_metrics(*arguments, **options)
        return {file: Path(file).read_bytes() for file in _files()}


def _files() -> list[str]:
    """List all files in the working folder and below."""
    return sorted(path.as_posix() for path in Path().rglob("*") if path.is_file())


def _changed(code: Code, metrics: Any = METRICS, history: Any = HISTORY, class_names: Any = None) -> list[str]:
    """List the figures that look different from those of the usual arguments."""
    usual = _pictures(code, METRICS, "figures", HISTORY)
    other = _pictures(code, metrics, "figures", history, class_names)
    return [file for file in usual if usual[file] != other.get(file)]


def _look_at(file: str) -> dict[str, Any]:
    with Image.open(file) as picture:
        darkest, lightest = picture.convert("L").getextrema()
        return {"format": picture.format, "large": min(picture.size) > 200, "blank": darkest == lightest}


def _paths(returned: Any) -> Any:
    """Give paths as seen from the working folder, however they were written."""
    if not isinstance(returned, list):
        return returned
    return [Path(os.path.relpath(path)) if isinstance(path, Path) else path for path in returned]


@suite.check("saves real pictures in PNG files")
def real_pictures(code: Code, rng: torch.Generator) -> Any:
    with _empty_folder():
        code.plots.visualize_metrics({**METRICS, "taskB": NO_CURVE}, Path("figures"), (), NAMES)
        return {file: outcome(partial(_look_at, file)) for file in _files()}


@suite.check("saves two figures without a history, and returns their paths in order")
def without_history(code: Code, rng: torch.Generator) -> Any:
    with _empty_folder(), _quick_drawing(code):
        returned = _paths(code.plots.visualize_metrics(METRICS, Path("figures")))
        return returned, _paths(code.plots.visualize_metrics(METRICS, Path("figures"), [])), _files()


@suite.check("saves the training curves as well if there is a history, and returns their path last")
def with_history(code: Code, rng: torch.Generator) -> Any:
    with _empty_folder(), _quick_drawing(code):
        returned = code.plots.visualize_metrics(METRICS, Path("figures"), history=HISTORY[:1])
        return _paths(returned), _files()


@suite.check("saves each figure under its own name")
def own_names(code: Code, rng: torch.Generator) -> Any:
    other_matrix = {**METRICS, "taskB": {**TASK_B, "confusion_matrix": [[3, 1], [1, 5]]}}
    return {
        "other confusion matrix": _changed(code, other_matrix),
        "other curve": _changed(code, {**METRICS, "taskB": NO_CURVE}),
        "other first epoch": _changed(code, history=[HISTORY[1], *HISTORY[1:]]),
        "one epoch less": _changed(code, history=HISTORY[:2]),
    }


@suite.check("names the classes in both figures if their names are given")
def class_names(code: Code, rng: torch.Generator) -> Any:
    return [_changed(code, class_names=names) for names in (NAMES, {"taskA": NAMES["taskA"]}, {}, None)]


@suite.check("makes the folder that is missing, with all folders above it")
def missing_folders(code: Code, rng: torch.Generator) -> Any:
    with _empty_folder(), _quick_drawing(code):
        Path("here").mkdir()
        returned = code.plots.visualize_metrics(METRICS, Path("here/and/there"))
        return _paths(returned), _files()


@suite.check("writes into a folder that is there, over old figures but nothing else")
def existing_folder(code: Code, rng: torch.Generator) -> Any:
    with _empty_folder(), _quick_drawing(code):
        Path("figures").mkdir()
        for name in ("notes.txt", "roc_curves.png"):
            Path("figures", name).write_text("old")
        code.plots.visualize_metrics(METRICS, Path("figures"))
        return {file: Path(file).read_bytes() == b"old" for file in _files()}


@suite.check("takes the folder as text too, and `.graphs` if none is given")
def folder_forms(code: Code, rng: torch.Generator) -> Any:
    with _empty_folder(), _quick_drawing(code):
        returned = code.plots.visualize_metrics(METRICS, "text"), code.plots.visualize_metrics(METRICS)
        return [_paths(paths) for paths in returned], _files()


@suite.check("leaves its inputs as they were")
def inputs_left_alone(code: Code, rng: torch.Generator) -> Any:
    given = copy.deepcopy((METRICS, HISTORY, NAMES))
    metrics, history, names = given
    _pictures(code, metrics, "figures", history, names)
    return given
