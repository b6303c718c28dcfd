"""A trained model as a folder: the backbone as the hub lays it out, the other weights, the configuration."""

import dataclasses
import json
from pathlib import Path
from typing import NamedTuple

from safetensors import SafetensorError
from safetensors.torch import load_file, save

from ..backbones import load_backbone, quiet
from ..config import TrainingConfig
from ..multitask import MultiTaskSentenceTransformer
from ..tasks import TASK_NAMES, Pair
from .files import settle, staged, write_json

FORMAT = 1


class Checkpoint(NamedTuple):
    """A trained model, how it was trained, and what its classes are called."""

    model: MultiTaskSentenceTransformer
    config: TrainingConfig
    classes: Pair[tuple[str, ...]]


def save_checkpoint(folder: str | Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint: `backbone/`, `heads.safetensors` and `config.json`.

    Raises:
        OSError: The folder cannot be written; an earlier checkpoint in it is then untouched.
    """
    model = checkpoint.model
    heads = {
        name: tensor.contiguous() for name, tensor in model.state_dict().items() if not name.startswith("transformer.")
    }
    description = {
        "format": FORMAT,
        "config": dataclasses.asdict(checkpoint.config),
        **{f"{task}_classes": names for task, names in checkpoint.classes.items()},
    }
    with staged(folder) as partial:
        with quiet():
            model.transformer.save_pretrained(partial / "backbone")
            model.tokenizer.save_pretrained(partial / "backbone")
        (partial / "heads.safetensors").write_bytes(save(heads))
        write_json(partial / "config.json", description)


def load_checkpoint(folder: str | Path) -> Checkpoint:
    """Read what `save_checkpoint` has written; the model comes back in eval mode.

    Raises:
        OSError: A file is missing or cannot be read.
        ValueError: A file is damaged, or of a format that this version does not know.
    """
    folder = Path(folder)
    settle(folder)
    config, classes = _read_description(folder / "config.json")
    for part in (folder / "backbone", folder / "heads.safetensors"):
        if not part.exists():
            raise OSError(f"{folder} is not a whole checkpoint: there is no {part.name} in it")
    try:
        backbone = load_backbone(str(folder / "backbone"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{folder / 'backbone'} is damaged: {error.__cause__ or error}") from error
    model = MultiTaskSentenceTransformer(*backbone, *classes.map(len), config.dropout, **config.encoder_options)
    _load_heads(model, folder / "heads.safetensors")
    model.trained = True
    return Checkpoint(model.eval(), config, classes)


def _read_description(path: Path) -> tuple[TrainingConfig, Pair[tuple[str, ...]]]:
    if not path.is_file():
        raise OSError(
            f"{path.parent} is not a checkpoint: there is no {path.name} in it; make one with the train command"
        )
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
        if description["format"] != FORMAT:
            raise ValueError(f"format is {description['format']!r}, but must be {FORMAT}")
        classes = Pair(*(_class_names(description[f"{task}_classes"]) for task in TASK_NAMES))
        return TrainingConfig.from_dict(description["config"]), classes
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{path} cannot be used: {error}") from error


def _class_names(names: list[str]) -> tuple[str, ...]:
    if not isinstance(names, list) or len(set(names)) < 2 or not all(isinstance(name, str) for name in names):
        raise ValueError(f"classes are {names!r}, but must be a list of two or more names")
    return tuple(names)


def _load_heads(model: MultiTaskSentenceTransformer, path: Path) -> None:
    try:
        missing, unexpected = model.load_state_dict(load_file(path), strict=False)
    except (OSError, SafetensorError, RuntimeError) as error:
        reason = str(error).strip().rpartition("\n")[2].strip()
        raise ValueError(f"{path} is damaged: {reason}") from error
    missing = [name for name in missing if not name.startswith("transformer.")]
    if missing or unexpected:
        raise ValueError(f"{path} does not fit its config.json: {', '.join([*missing, *unexpected])}")
