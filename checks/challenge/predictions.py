"""What a model says of the hidden sentences: as a file, or by the model itself."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from solutions.app.checkpoint import load_checkpoint
from solutions.app.labels import listed, quote, spelling
from solutions.dataset import MultiTaskDataset
from solutions.tasks import Pair, Task

from .tables import Row, read_rows, require_plain

ID = "id"
PROBABILITIES = Pair("taskA_probability", "taskB_probability")
ROUNDED = 1e-3  # a probability may have been rounded to three decimals
MODEL = ("config.json", "heads.safetensors", "backbone/config.json", "backbone/model.safetensors")


class Predicted(NamedTuple):
    """The classes of the hidden sentences, `(sentences,)`, and how probable each was said to be, if that was said."""

    classes: Pair[Tensor]
    probabilities: Pair[Tensor | None]


def read_predictions(path: Path, hidden: MultiTaskDataset) -> Predicted:
    """Read a CSV with the columns `id`, `taskA` and `taskB`, in any order of its rows.

    A class is written by its name. `taskA_probability` and `taskB_probability` may follow: those of the classes that
    are predicted.

    Args:
        path: The file.
        hidden: The hidden sentences; the first has the id 1.

    Raises:
        ValueError: An id is missing, unknown or there twice, a class is unknown, or a probability is none.
        OSError: The file is no plain file, or cannot be read.
    """
    rows = _in_order(path, read_rows(path, (ID, *Pair._fields), PROBABILITIES), len(hidden))
    classes = Pair(hidden.taskA_classes, hidden.taskB_classes)
    labels = Pair(*(torch.tensor([_class(path, row, *task) for row in rows]) for task in classes.items()))
    given = [column in rows[0].cells for column in PROBABILITIES]
    probabilities = (
        torch.tensor([_probability(path, row, column, len(names)) for row in rows], dtype=torch.double)
        if there
        else None
        for column, names, there in zip(PROBABILITIES, classes, given, strict=True)
    )
    return Predicted(labels, Pair(*probabilities))


def _in_order(path: Path, rows: Iterable[Row], count: int) -> list[Row]:
    """Sort rows by their ids, of which each must be there once."""
    known: dict[str, Row | None] = {str(number): None for number in range(1, count + 1)}
    for row in rows:
        own = row.cells[ID]
        if own not in known:
            raise ValueError(f"{path}, row on line {row.line}: id is {quote(own)}, but test.csv has 1 to {count}")
        earlier = known[own]
        if earlier:
            raise ValueError(f"{path}, row on line {row.line}: id {own} stands on line {earlier.line} already")
        known[own] = row
    if missing := [own for own, row in known.items() if row is None]:
        raise ValueError(f"{path}: {len(missing):,} of {count:,} ids are missing: {listed(missing)}")
    return [row for row in known.values() if row]


def _class(path: Path, row: Row, task: Task, names: Sequence[str]) -> int:
    name = row.cells[task]
    if name in names:
        return names.index(name)
    near = next((known for known in names if spelling(known) == spelling(name)), "")
    hint = f"; did you mean {quote(near)}?" if near else ""
    allowed = listed([*map(quote, names)])
    raise ValueError(f"{path}, row on line {row.line}: {task} is {quote(name)}, but must be one of {allowed}{hint}")


def _probability(path: Path, row: Row, column: str, classes: int) -> float:
    """Read the probability of the class that is predicted: no other has a greater one."""
    try:
        probability = float(row.cells[column])
    except ValueError:
        probability = -1.0
    if not 1 / classes - ROUNDED <= probability <= 1:  # not-a-number is nowhere
        raise ValueError(
            f"{path}, row on line {row.line}: {column} is {quote(row.cells[column])}, but the most probable of "
            f"{classes} classes has one from {1 / classes:.3g} to 1"
        )
    return probability


def predict(checkpoint: Path, hidden: MultiTaskDataset) -> Predicted:
    """Let a trained model classify the hidden sentences; of its folder only weights and JSON are read.

    Args:
        checkpoint: Folder that the train command has written, of `solutions` or of `tutorial`.
        hidden: The hidden sentences.

    Raises:
        ValueError: It is damaged, or has classes that the hidden sentences do not have.
        OSError: It is no checkpoint, or holds links or unfinished files.
    """
    _refuse_the_unexpected(checkpoint)
    trained = load_checkpoint(checkpoint)
    known = Pair(hidden.taskA_classes, hidden.taskB_classes)
    for (task, names), allowed in zip(trained.classes.items(), known, strict=True):
        if unknown := [quote(name) for name in names if name not in allowed]:
            raise ValueError(
                f"{checkpoint}: {task} has the class {listed(unknown)}, but train.csv has {listed(allowed)}"
            )
    best = trained.model.predict(hidden.sentences).map(lambda task: task.double().max(dim=-1))
    named = zip(best, trained.classes, known, strict=True)
    classes = (torch.tensor([all_names.index(own[i]) for i in task.indices.tolist()]) for task, own, all_names in named)
    return Predicted(Pair(*classes), best.map(lambda task: task.values))


def _refuse_the_unexpected(checkpoint: Path) -> None:
    """Look at a checkpoint's files before any is read: nothing may lead elsewhere, nothing may be unpickled."""
    if not checkpoint.is_dir():
        raise OSError(f"checkpoint is {str(checkpoint)!r}, but there is no such folder; the train command writes one")
    for path in sorted(checkpoint.rglob("*")):
        if path.name.startswith(".partial"):
            raise OSError(f"{checkpoint} holds {path.name}, which an interrupted training has left; train it again")
        if path.is_symlink() or not path.is_dir():
            require_plain(path)
    for name in MODEL:
        if not (checkpoint / name).is_file():
            raise OSError(f"{checkpoint} is not a whole checkpoint: there is no {name} in it")
