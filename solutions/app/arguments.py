"""What the user typed, read and checked before any work starts."""

import inspect
from collections.abc import Callable
from dataclasses import Field, fields
from functools import wraps
from importlib.util import find_spec
from pathlib import Path
from socket import create_server, socket
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..config import Choice, Config, Precision, TrainingConfig, allowed
from .files import read_text
from .unfinished import UNFINISHED

if TYPE_CHECKING:
    import torch


Device = Annotated[str | None, typer.Option(help="cuda, mps or cpu; the first of them that this machine has")]
Output = Annotated[Path, typer.Option(help="folder for the figures and the JSON")]
Numbers = Annotated[
    Precision,
    typer.Option(
        metavar="<choice>",
        help=f"of the matrix products: one of {', '.join(Precision)}; float32 where the device lacks them",
    ),
]
Sentences = Annotated[list[str] | None, typer.Argument(help="sentences, each in quotes")]
SentenceFile = Annotated[Path | None, typer.Option("--file", help="UTF-8 text file with one sentence per line")]
CheckpointFolder = Annotated[Path, typer.Option(help="folder that train has written")]
# What `train` is going to write, known before the libraries are loaded that write it.
CHECKPOINT_FILES = (
    *("config.json", "heads.safetensors", "README.md", "test.csv", UNFINISHED),
    *("modules.json", "config_sentence_transformers.json", "backbone/config.json"),
    *(f"{module}/config.json" for module in ("pooling", "projection", "layer_norm", "normalize")),
)
# `contrast` trains no heads, and its backbone is frozen.
CONTRAST_OPTIONS = (
    *("backbone", "pooling", "dim", "max_length", "data", "dataset_size", "split", "disjoint_words"),
    *("epochs", "learning_rate", "weight_decay", "batch_size", "seed"),
)


def options_of(
    config: type[Config], *names: str, instead: Callable[..., Config | None] = lambda given, **values: None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command, in the place of its parameter `config`, the options of a configuration.

    Args:
        config: Its fields say all that there is to say of an option.
        names: The fields that become options; all if none is named.
        instead: Gives the configuration where the options do not: it takes their values by field, and the command's
            other parameters.
    """
    chosen = [field for field in fields(config) if field.name in names or not names]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(command, eval_str=True)
        own = [parameter for parameter in signature.parameters.values() if parameter.name != "config"]

        @wraps(command)
        def run(**values: Any) -> None:
            given = {field.name: values.pop(field.name) for field in chosen}
            command(config=instead(given, **values) or config(**given), **values)

        parameters = [*own, *(_parameter(field, _panel(config, field.name)) for field in chosen)]
        run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        return run

    return decorate


def _panel(config: type[Config], name: str) -> str | None:
    """Name the part of a configuration that an option belongs to, where it has parts."""
    parts = (part for part in config.__bases__ if name in part.__annotations__)
    return next((part.__name__.removesuffix("Config") for part in parts), "") or None


def _parameter(field: "Field[Any]", panel: str | None) -> inspect.Parameter:
    """Describe a field as typer reads the options of a command."""
    default = field.default if field.default != () else ""
    option = typer.Option(
        *filter(None, [field.metadata["flag"]]),
        help=f"{field.metadata['help']}; {allowed(field)}".removesuffix("; "),
        metavar="<choice>" if isinstance(default, Choice) else None,
        show_default=default != "",
        rich_help_panel=panel,
    )
    return inspect.Parameter(
        field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[type(default), option]
    )


def check_target(checkpoint: Path, config: TrainingConfig) -> None:
    """See that a checkpoint can be written, and not over what it is made from.

    Raises:
        ValueError: It cannot.
    """
    if str(checkpoint) != str(checkpoint).encode(errors="replace").decode():
        raise ValueError(f"--checkpoint is {str(checkpoint)!r}, which is not UTF-8 text; choose another folder")
    if Path(config.backbone).resolve() in (checkpoint.resolve(), (checkpoint / "backbone").resolve()):
        raise ValueError(
            f"--checkpoint is {str(checkpoint)!r}, which would overwrite the --backbone; choose another folder"
        )
    if (checkpoint / "README.md").exists() and not (checkpoint / "heads.safetensors").exists():
        raise ValueError(
            f"--checkpoint is {str(checkpoint)!r}, whose README.md the model's card would overwrite; "
            "choose another folder"
        )
    if config.data and Path(config.data).resolve() == (checkpoint / "test.csv").resolve():
        raise ValueError(f"--data is {config.data!r}, which --checkpoint would overwrite; choose another folder")


def require(*packages: str, extra: str) -> None:
    """See that packages are installed that only this use of a command needs.

    Raises:
        OSError: One is not; the error says how to install it.
    """
    for package in packages:
        if find_spec(package) is None:
            install = f'python -m pip install --constraint constraints.txt --editable ".[{extra}]"'
            raise OSError(f"{package} is not installed, which this needs; in the course's folder run: {install}")


def listen(port: int) -> socket:
    """Take a port of this computer, which no other computer can reach; 0 takes any that is free.

    Raises:
        OSError: It is taken, or not allowed.
    """
    try:
        return create_server(("127.0.0.1", port))
    except OSError as error:
        reason = error.strerror or error
        raise OSError(f"--port {port} cannot be used ({reason}); give another, or 0 for any that is free") from error


def choose_device(name: str | None) -> "torch.device":
    """Find the device with this name, or the fastest that the machine has.

    Raises:
        ValueError: The machine has no such device.
    """
    import torch

    known = {
        "cuda": torch.cuda.is_available(),
        **{f"cuda:{index}": True for index in range(torch.cuda.device_count())},
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    usable = [device for device, available in known.items() if available]
    if name is not None and name not in usable:
        raise ValueError(f"--device is {name!r}, but this machine has {', '.join(usable)}")
    return torch.device(name or usable[0])


def read_sentences(sentences: list[str] | None, file: Path | None) -> list[str]:
    """Take the sentences from the arguments or from a file, one per line; blank lines do not count.

    Raises:
        ValueError: There are none, or they come from both, or the file is not UTF-8.
        OSError: The file cannot be read.
    """
    if sentences and file:
        raise ValueError("give sentences or a --file with one per line, not both")
    if sentences:
        for sentence in sentences:
            if sentence != sentence.encode(errors="ignore").decode():
                raise ValueError(f"sentence {sentence!r} is not UTF-8 text")
        return sentences
    if file is None:
        raise ValueError("give sentences, each in quotes, or a --file with one per line")
    found = [line.strip() for line in read_text(file).split("\n") if line.strip()]
    if not found:
        raise ValueError(f"{file}: no sentence in it")
    return found
