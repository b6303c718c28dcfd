"""How often the hidden labels were looked at: who chooses by them has fitted to them, and the count says how much."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from solutions.tasks import Pair

from ..source.files import write_whole
from .predictions import Predicted
from .scores import Score
from .tables import read_plain_text

LOOKS = "looks.json"


@dataclass(frozen=True)
class Look:
    """One look: when, at what, and what was seen of it."""

    date: str
    source: str
    predictions: str
    taskA: float
    taskB: float

    @property
    def accuracies(self) -> Pair[float]:
        """Of both tasks."""
        return Pair(self.taskA, self.taskB)


@dataclass(frozen=True)
class Looks:
    """All looks at the hidden labels, the first one first."""

    looks: tuple[Look, ...] = field(default=())


def count_look(folder: Path, source: str, predicted: Predicted, score: Score) -> tuple[int, list[Look], bool]:
    """Note a look before anything is told; the same predictions again tell nothing new, and do not count.

    Args:
        folder: Of the challenge.
        source: What was measured.
        predicted: Told apart by their classes.
        score: What was seen.

    Returns:
        The number of this look, from 1, all looks so far, and whether it only repeats an earlier one.

    Raises:
        ValueError: The file of the looks is damaged.
        OSError: It cannot be written, or is no plain file.
    """
    looks = list(read_looks(folder))
    identity = hashlib.sha256(repr([task.tolist() for task in predicted.classes]).encode()).hexdigest()
    known = [number for number, look in enumerate(looks, start=1) if look.predictions == identity]
    if known:
        return known[0], looks, True
    accuracies = (task.model.mean for task in score.beside)
    looks.append(Look(datetime.now(UTC).isoformat(timespec="seconds"), source, identity, *accuracies))
    write_whole(folder / LOOKS, msgspec.json.format(msgspec.json.encode(Looks(tuple(looks)))) + b"\n")
    return len(looks), looks, False


def read_looks(folder: Path) -> tuple[Look, ...]:
    """Read the looks so far.

    Raises:
        ValueError: The file is damaged.
        OSError: It is missing or no plain file.
    """
    path = folder / LOOKS
    try:
        return msgspec.json.decode(read_plain_text(path), type=Looks).looks
    except msgspec.DecodeError as error:
        raise ValueError(f"{path} is damaged: {error}; put it back as it was, or start a new folder") from error
