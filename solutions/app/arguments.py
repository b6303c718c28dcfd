"""What the user typed, read and checked before any work starts."""

from pathlib import Path
from typing import TYPE_CHECKING

from .files import read_text

if TYPE_CHECKING:
    import torch


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


def parse_unfreeze(text: str) -> tuple[tuple[int, int], ...]:
    """Read `3:1,5:2` as: from epoch 3 on the top layer trains, from epoch 5 on the top two.

    Raises:
        ValueError: The text is not of that form.
    """
    try:
        pairs = [pair.split(":") for pair in text.split(",") if pair]
        return tuple((int(epoch), int(layers)) for epoch, layers in pairs)
    except ValueError:
        raise ValueError(f"--unfreeze is {text!r}, but must look like 3:1,5:2 (from EPOCH on, top LAYERS)") from None
