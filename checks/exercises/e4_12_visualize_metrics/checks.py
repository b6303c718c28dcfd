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

from ...protocol.suite import Case, Code, Suite, case
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
USUAL = (METRICS, "figures", HISTORY)


@contextlib.contextmanager
def _empty_folder() -> Iterator[Path]:
    """Work in a new folder, so that paths are short and the same everywhere."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        yield Path.cwd()


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


def _saved(code: Code, *arguments: Any, **options: Any) -> dict[str, Any]:
    """Draw into a new folder; tells what came back, and which files are there."""
    with _empty_folder() as here, _quick_drawing(code):
        returned = code.plots.visualize_metrics(*arguments, **options)
        return {"the paths": _seen_from(here, returned), "the files": list(_files(here))}


def _seen_from(here: Path, returned: Any) -> Any:
    """Give paths as seen from a folder, however they were written."""
    if not isinstance(returned, list):
        return returned
    return [Path(os.path.relpath(here / path, here)) if isinstance(path, Path) else path for path in returned]


def _files(here: Path) -> dict[str, bytes]:
    """Read all files in a folder and below."""
    files = sorted(path for path in here.rglob("*") if path.is_file())
    return {path.relative_to(here).as_posix(): path.read_bytes() for path in files}


def _pictures(code: Code, *arguments: Any) -> dict[str, bytes]:
    with _empty_folder() as here, _quick_drawing(code):
        code.plots.visualize_metrics(*arguments)
        return _files(here)


def _changed(code: Code, *arguments: Any) -> dict[str, str]:
    """Tell of each figure whether it looks as it does with the usual arguments."""
    usual, other = _pictures(code, *USUAL), _pictures(code, *arguments)
    return {Path(file).name: "the same" if usual[file] == other.get(file) else "another" for file in usual}


def _look_at(file: Path) -> dict[str, Any]:
    with Image.open(file) as picture:
        darkest, lightest = picture.convert("L").getextrema()
        size = "large enough to read" if min(picture.size) > 200 else "too small to read"
        return {"format": picture.format, "size": size, "content": "blank" if darkest == lightest else "something"}


@suite.check("saves a figure for each of two or, with a history, three subjects, and returns their paths in order")
def files(code: Code, rng: torch.Generator) -> Iterator[Case]:
    folder = Path("figures")
    yield case("no history", partial(_saved, code, METRICS, folder))
    yield case("a history of no epochs", partial(_saved, code, METRICS, folder, []))
    yield case("a history of one epoch", partial(_saved, code, METRICS, folder, history=HISTORY[:1]))
    yield case("a history of three epochs", partial(_saved, code, METRICS, folder, HISTORY))


@suite.check("saves each figure under its own name")
def own_names(code: Code, rng: torch.Generator) -> Iterator[Case]:
    other_matrix = {**METRICS, "taskB": {**TASK_B, "confusion_matrix": [[3, 1], [1, 5]]}}
    yield case("another confusion matrix", partial(_changed, code, other_matrix, *USUAL[1:]))
    yield case("another ROC curve", partial(_changed, code, {**METRICS, "taskB": NO_CURVE}, *USUAL[1:]))
    yield case("another first epoch", partial(_changed, code, *USUAL[:2], [HISTORY[1], *HISTORY[1:]]))
    yield case("one epoch less", partial(_changed, code, *USUAL[:2], HISTORY[:2]))


@suite.check("names the classes in both figures if their names are given")
def class_names(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases: dict[str, Any] = {
        "names for both tasks": NAMES,
        "names for task A alone": {"taskA": NAMES["taskA"]},
        "an empty dictionary of names": {},
        "None for the names": None,
    }
    for label, names in cases.items():
        yield case(label, partial(_changed, code, *USUAL, names), class_names=names)


@suite.check("saves real pictures in PNG files")
def real_pictures(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see() -> Any:
        with _empty_folder() as here:
            code.plots.visualize_metrics({**METRICS, "taskB": NO_CURVE}, Path("figures"), (), NAMES)
            return {Path(file).name: outcome(partial(_look_at, here / file)) for file in _files(here)}

    yield case("no history, no curve for task B", see)


@suite.check("makes the folder that is missing, with all folders above it")
def missing_folders(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("a folder that is missing", partial(_saved, code, METRICS, Path("figures")))
    yield case("a folder that is missing, and the one above it", partial(_saved, code, METRICS, Path("here/and")))
    yield case("a folder that is missing, and two above it", partial(_saved, code, METRICS, Path("here/and/there")))


@suite.check("writes into a folder that is there, over old figures but nothing else")
def existing_folder(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(*old: str) -> Any:
        with _empty_folder() as here, _quick_drawing(code):
            (here / "figures").mkdir()
            for name in old:
                (here / "figures" / name).write_text("old")
            code.plots.visualize_metrics(METRICS, Path("figures"))
            files = _files(here)
            return {Path(file).name: "old" if content == b"old" else "new" for file, content in files.items()}

    yield case("an empty folder", see)
    yield case("a folder with notes", partial(see, "notes.txt"))
    yield case("a folder with an old figure", partial(see, "roc_curves.png"))


@suite.check("takes the folder as text too, and `.graphs` if none is given")
def folder_forms(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("the folder as text", partial(_saved, code, METRICS, "text"))
    yield case("no folder given", partial(_saved, code, METRICS))


@suite.check("stays in the working folder")
def working_folder(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(metrics: Any) -> Any:
        with _empty_folder() as here, _quick_drawing(code):
            came = outcome(lambda: len(code.plots.visualize_metrics(metrics, Path("figures"))))
            result = came if isinstance(came, int) else "an error"
            return {"files": result, "the working folder afterwards": os.path.relpath(Path.cwd(), here)}

    yield case("all goes well", partial(see, METRICS))
    yield case("metrics without task B", partial(see, {"overall": {}, "taskA": TASK_A}))


@suite.check("leaves its inputs as they were", careful=True)
def inputs_left_alone(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see() -> Any:
        metrics, history, names = copy.deepcopy((METRICS, HISTORY, NAMES))
        seen = _saved(code, metrics, "figures", history, names)
        after = {"metrics": metrics, "history": history, "class names": names}
        return {**seen, **{f"the {name} afterwards": value for name, value in after.items()}}

    yield case("a history and class names", see)
