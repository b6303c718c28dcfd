"""A trained model as a folder: what sentence-transformers opens, with the heads and the configuration beside it."""

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from ..backbones import load_backbone, quiet
from ..config import TrainingConfig
from ..multitask import MultiTaskSentenceTransformer
from ..tasks import TASK_NAMES, Pair
from .card import model_card
from .files import settle, staged, write_json
from .library import BACKBONE, LAYERS, WEIGHTS, write_modules

if TYPE_CHECKING:
    from .evaluation import Evaluation

FORMAT = 2  # in 1, all weights but the backbone's lay in heads.safetensors, and no other program could open the folder
HEADS = "heads.safetensors"


class Checkpoint(NamedTuple):
    """A trained model, how it was trained, and what its classes are called."""

    model: MultiTaskSentenceTransformer
    config: TrainingConfig
    classes: Pair[tuple[str, ...]]


def save_checkpoint(folder: str | Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint: the modules of the embedding, `heads.safetensors`, `config.json` and a model card.

    Raises:
        OSError: The folder cannot be written; an earlier checkpoint in it is then untouched.
    """
    model, config, classes = checkpoint
    heads = {
        name: tensor.contiguous() for name, tensor in model.state_dict().items() if name.startswith(tuple(TASK_NAMES))
    }
    description = {
        "format": FORMAT,
        "config": dataclasses.asdict(config),
        **{f"{task}_classes": names for task, names in classes.items()},
    }
    with staged(folder) as partial:
        with quiet():
            model.transformer.save_pretrained(partial / BACKBONE)
            model.tokenizer.save_pretrained(partial / BACKBONE)
        write_modules(partial, model, config)
        (partial / HEADS).write_bytes(save(heads))
        write_json(partial / "config.json", description)
        write_card(partial, checkpoint)


def write_card(folder: Path, checkpoint: Checkpoint, evaluation: "Evaluation | None" = None) -> None:
    """Write the model card, `README.md`, with what an evaluation has found."""
    _, config, classes = checkpoint
    (folder / "README.md").write_text(model_card(config, classes, evaluation), encoding="utf-8")


def load_checkpoint(folder: str | Path) -> Checkpoint:
    """Read what `save_checkpoint` has written, in this version or an earlier one; the model comes back in eval mode.

    Raises:
        OSError: A file is missing or cannot be read.
        ValueError: A file is damaged, or of a format that this version does not know.
    """
    folder = Path(folder)
    settle(folder)
    format, config, classes = _read_description(folder / "config.json")
    for part in (BACKBONE, HEADS, *(f"{layer}/{WEIGHTS}" for layer in LAYERS if format > 1)):
        if not (folder / part).exists():
            raise OSError(f"{folder} is not a whole checkpoint: there is no {part} in it")
    try:
        backbone = load_backbone(str(folder / BACKBONE))
    except (OSError, ValueError) as error:
        raise ValueError(f"{folder / BACKBONE} is damaged: {error.__cause__ or error}") from error
    model = MultiTaskSentenceTransformer(*backbone, *classes.map(len), config.dropout, **config.encoder_options)
    _load_weights(model, folder, format)
    model.trained = True
    return Checkpoint(model.eval(), config, classes)


def _read_description(path: Path) -> tuple[int, TrainingConfig, Pair[tuple[str, ...]]]:
    if not path.is_file():
        raise OSError(
            f"{path.parent} is not a checkpoint: there is no {path.name} in it; make one with the train command"
        )
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
        format = _known_format(description["format"])
        classes = Pair(*(_class_names(description[f"{task}_classes"]) for task in TASK_NAMES))
        return format, TrainingConfig.from_dict(description["config"]), classes
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{path} cannot be used: {error}") from error


def _known_format(format: Any) -> int:
    if type(format) is not int or format < 1:
        raise ValueError(f"format is {format!r}, but must be from 1 to {FORMAT}")
    if format > FORMAT:
        raise ValueError(
            f"it has format {format}, of a later version of Two Heads, and this one reads up to {FORMAT}: "
            "update it, or train the model again"
        )
    return format


def _class_names(names: list[str]) -> tuple[str, ...]:
    if not isinstance(names, list) or len(set(names)) < 2 or not all(isinstance(name, str) for name in names):
        raise ValueError(f"classes are {names!r}, but must be a list of two or more names")
    return tuple(names)


def _load_weights(model: MultiTaskSentenceTransformer, folder: Path, format: int) -> None:
    weights = _read_weights(folder / HEADS)
    if format > 1:
        for layer, theirs in LAYERS.items():
            stored = _read_weights(folder / layer / WEIGHTS)
            weights |= {layer + name.removeprefix(theirs): tensor for name, tensor in stored.items()}
    try:
        missing, unexpected = model.load_state_dict(weights, strict=False)
    except RuntimeError as error:  # of other shapes
        raise ValueError(f"{folder}: the weights do not fit config.json: {_last_line(error)}") from error
    wrong = [*(name for name in missing if not name.startswith("transformer.")), *unexpected]
    if wrong:
        raise ValueError(f"{folder}: the weights do not fit config.json: {', '.join(wrong)}")


def _read_weights(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{path} is damaged: {_last_line(error)}") from error


def _last_line(error: Exception) -> str:
    return str(error).strip().rpartition("\n")[2].strip()
