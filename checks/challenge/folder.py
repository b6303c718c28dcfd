"""A challenge's folder: what `start` writes, and what `score` reads of it."""

import csv
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from rich.console import Console

from solutions.app.csv_files import read_csv
from solutions.app.files import staged
from solutions.app.sets import all_sentences
from solutions.config import DataConfig
from solutions.dataset import MultiTaskDataset, label_names
from solutions.reviews import REVIEWS
from solutions.tasks import Pair

from . import division as sides
from .brief import brief
from .division import Division
from .looks import LOOKS, Looks
from .tables import read_plain_text

TRAIN, TEST, README, ABOUT, HIDDEN = "train.csv", "test.csv", "README.md", "challenge.json", ".hidden.csv"


@dataclass(frozen=True)
class About:
    """What a folder holds.

    Attributes:
        version: Of the challenge: results of two versions cannot be compared.
        data: `reviews`, whose hidden labels are computed again, or `own`.
        files: Of own sentences, the SHA-256 of the files that they are read from again.
    """

    version: int
    data: str
    files: dict[str, str] = field(default_factory=dict)

    @property
    def are_reviews(self) -> bool:
        """Whether the sentences are the course's."""
        return self.data == REVIEWS


def start(folder: Path, data: str, console: Console) -> Division:
    """Write a challenge's files into a folder; nothing that is there is overwritten.

    Args:
        folder: It is made if it is missing.
        data: `reviews`, or a CSV with the columns `sentence`, `taskA` and `taskB`.
        console: Is told what is unusual about the sentences.

    Raises:
        ValueError: The sentences cannot be divided.
        OSError: One of the files is there already, or cannot be written.
    """
    _refuse_to_overwrite(folder)
    are_reviews = data == REVIEWS
    division = (
        sides.divide_reviews() if are_reviews else sides.divide_own(all_sentences(DataConfig(data=data), console))
    )
    with staged(folder) as new:
        _write_training(new / TRAIN, division.train, are_reviews)
        _write(new / TEST, ("id", "sentence"), enumerate(division.hidden.sentences, start=1))
        files = {} if are_reviews else _hide(new, division.hidden)
        (new / ABOUT).write_bytes(_json(About(sides.VERSION, REVIEWS if are_reviews else "own", files)))
        (new / LOOKS).write_bytes(_json(Looks()))
        (new / README).write_text(brief(folder, division, are_reviews), encoding="utf-8")
        _refuse_to_overwrite(folder)  # somebody may have been faster
    return division


def _refuse_to_overwrite(folder: Path) -> None:
    there = [name for name in (TRAIN, TEST, README, ABOUT, HIDDEN, LOOKS) if os.path.lexists(folder / name)]
    if there:
        raise OSError(f"{folder} has {', '.join(there)} already, and nothing is overwritten; choose another folder")


def open_folder(folder: Path) -> tuple[About, Division]:
    """Read what is needed to score: for reviews, the labels are computed again from the published sentences.

    Raises:
        ValueError: The folder is of another version, or its files were changed.
        OSError: It is no challenge's folder, or the reviews have not been fetched.
    """
    about = _about(folder)
    if about.are_reviews:
        return about, sides.divide_reviews()
    for name, digest in about.files.items():
        if _sha256(folder / name) != digest:
            raise ValueError(f"{folder / name} is not as it was written; put it back, or start a new folder")
    train = _of_their_own(read_csv(folder / TRAIN))
    return about, Division(
        train, _of_their_own(read_csv(folder / HIDDEN, Pair(train.taskA_classes, train.taskB_classes)))
    )


def _about(folder: Path) -> About:
    path = folder / ABOUT
    if not path.exists():
        raise OSError(
            f"{folder} is no challenge's folder: there is no {ABOUT} in it; run: checks challenge start FOLDER"
        )
    try:
        about = msgspec.json.decode(read_plain_text(path), type=About)
    except msgspec.DecodeError as error:
        raise ValueError(f"{path} is damaged: {error}; start a new folder") from error
    if about.version != sides.VERSION or not (about.are_reviews or about.files.keys() == {TRAIN, HIDDEN}):
        raise ValueError(f"{path} is not of version {sides.VERSION} of the challenge; start a new folder")
    return about


def _hide(folder: Path, hidden: MultiTaskDataset) -> dict[str, str]:
    """Write the hidden labels, and identify the files that have to stay as they are."""
    rows = ((number, *row[:-1]) for number, row in enumerate(_labelled(hidden), start=1))
    _write(folder / HIDDEN, ("id", "sentence", *Pair._fields), rows)
    return {name: _sha256(folder / name) for name in (TRAIN, HIDDEN)}


def _write_training(path: Path, train: MultiTaskDataset, are_reviews: bool) -> None:
    """Write the training file; the course's sentences name their review, so that it need not be divided either."""
    columns = ("sentence", *Pair._fields, *(["review"] if are_reviews else []))
    _write(path, columns, (row[: len(columns)] for row in _labelled(train)))


def _labelled(dataset: MultiTaskDataset) -> Iterator[tuple[str, ...]]:
    """Give each sentence, the names of its labels, and its review."""
    names = label_names(dataset)
    for sample in dataset.samples:
        yield sample.sentence, names.taskA[sample.taskA], names.taskB[sample.taskB], sample.review


def _of_their_own(dataset: MultiTaskDataset) -> MultiTaskDataset:
    samples = (sample._replace(review=sides.plain(sample.sentence)) for sample in dataset.samples)
    return MultiTaskDataset(samples, dataset.taskA_classes, dataset.taskB_classes)


def _write(path: Path, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def _sha256(path: Path) -> str:
    return hashlib.sha256(read_plain_text(path).encode()).hexdigest()


def _json(content: About | Looks) -> bytes:
    return msgspec.json.format(msgspec.json.encode(content)) + b"\n"
