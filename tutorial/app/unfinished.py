"""An interrupted training that is to go on: what it was given, read without the heavy libraries."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, NamedTuple

import typer
from rich.console import Console
from safetensors import SafetensorError, safe_open

from ..config import TrainingConfig, as_typed, milestones

FORMAT = "1"
UNFINISHED = "unfinished.safetensors"  # beside the checkpoint that the training is going to write


class Unfinished(NamedTuple):
    """What a snapshot says of its training, apart from its tensors.

    `sentences` and `model` are fingerprints: of all sentences, and of the model's form and the weights at rest.
    """

    config: TrainingConfig
    epochs: int
    sentences: str
    model: str
    device: str

    def to_metadata(self) -> dict[str, str]:
        """Say it as a file of tensors does."""
        plain = {"config": json.dumps(asdict(self.config)), "epochs": str(self.epochs), "format": FORMAT}
        return {**self._asdict(), **plain}


def read_unfinished(path: Path) -> Unfinished:
    """Read what a snapshot says of its training.

    Raises:
        OSError: There is no snapshot, or it cannot be read.
        ValueError: It is damaged, or of a format that this version does not know.
    """
    if not path.is_file():
        raise OSError(f"there is no interrupted training to resume: no file {path}; train without --resume")
    try:
        with safe_open(path, "numpy") as file:
            said = file.metadata() or {}
        if said.get("format") != FORMAT:
            raise ValueError(f"format is {said.get('format')!r}, but must be {FORMAT!r}")
        config = TrainingConfig.from_dict(json.loads(said["config"]))
        return Unfinished(config, int(said["epochs"]), said["sentences"], said["model"], said["device"])
    except (SafetensorError, AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{path} cannot be resumed: {error}; train without --resume") from error


def config_to_resume(
    options: dict[str, Any], context: typer.Context, resume: bool, folds: int | None, checkpoint: Path, **_: Any
) -> TrainingConfig | None:
    """Give the configuration of the training that is to go on, if one is.

    Args:
        options: The options of `train` that are fields of a configuration.
        context: Knows which of them were given: they must say the same as the interrupted training's.
        resume: Its other options, as far as they matter here.
        folds: The same.
        checkpoint: The same.

    Raises:
        OSError: There is no snapshot, or it cannot be read.
        ValueError: It is damaged, or an option says something else.
    """
    if not resume:
        return None
    if folds is not None:
        raise ValueError("--resume goes on with one training, but --folds starts several; leave one of them out")
    config = read_unfinished(checkpoint / UNFINISHED).config
    for each in fields(config):
        source, stored, value = context.get_parameter_source(each.name), getattr(config, each.name), options[each.name]
        value = milestones(value) if each.name == "unfreeze" else value
        if source and source.name == "COMMANDLINE" and value != stored:
            raise ValueError(
                f"{as_typed(each, value)} was given, but it is {as_typed(each, stored)} in the training that --resume "
                "continues: leave the option out, or train without --resume"
            )
    return config


@contextmanager
def resumable(path: Path, resume: bool, console: Console) -> Iterator[None]:
    """Run a whole training: say what was interrupted before it and, if it is interrupted, how it can go on.

    Args:
        path: Its snapshot; it is removed when the block has ended well.
        resume: Whether the training goes on from there.
        console: Shows what there is to say.
    """
    if resume:
        said = read_unfinished(path)
        console.print(f"note: going on after epoch {said.epochs} of {said.config.epochs}")
    elif path.exists():
        console.print(f"note: {path} holds an interrupted training, which --resume continues; this one takes its place")
    try:
        yield
    except BaseException:  # whatever ends it: a key, a signal, a full disk
        if path.exists():
            console.print("note: the training is unfinished; --resume goes on from the last snapshot")
        raise
    path.unlink(missing_ok=True)
