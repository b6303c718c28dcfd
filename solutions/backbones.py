"""Pretrained transformers: the bundled MiniLM, the larger MPNet, any encoder of the hub, or a local folder."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from huggingface_hub.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars
from huggingface_hub.utils import logging as hub_logging
from transformers import AutoModel, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase
from transformers.utils import logging

from .published import bundled_minilm, fetched_mpnet

MINILM = "minilm"
# Those with a name of their own; their checksum is verified, and the network never used.
NAMED = {MINILM: bundled_minilm, "mpnet": fetched_mpnet}


def load_backbone(name: str = MINILM) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Load a pretrained transformer and its tokenizer.

    Args:
        name: `minilm` for the bundled all-MiniLM-L6-v2, `mpnet` for all-mpnet-base-v2, which has to be fetched, a hub
            id such as `distilbert-base-uncased`, or a folder that `save_pretrained` has written.

    Returns:
        The transformer in float32 and eval mode, without a pooler of its own, and its tokenizer.

    Raises:
        OSError: It cannot be found, reached or read.
        ValueError: Its weights are incomplete or not the expected ones, or it is no encoder with a tokenizer.
    """
    source = str(NAMED[name]()) if name in NAMED else name
    try:
        with quiet():
            transformer, report = AutoModel.from_pretrained(
                source, dtype=torch.float32, output_loading_info=True, trust_remote_code=False
            )
            tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=False)
    except Exception as error:  # a damaged file raises whatever the library meets first
        reason = f"{type(error).__name__}: {str(error).strip()}".partition("\n")[0]
        raise OSError(
            f"backbone {name!r} cannot be loaded: give a hub id that can be reached, a folder with a transformer, "
            f"or {MINILM!r}, which is bundled and needs no network ({reason})"
        ) from error
    # BERT's own pooler, a layer on top of the [CLS] token, would be dead weight: the course pools by itself.
    if getattr(transformer, "pooler", None) is not None:
        transformer.pooler = None
    missing = sorted(key for key in report["missing_keys"] if not key.startswith("pooler."))
    if missing:
        raise ValueError(f"backbone {name!r} lacks {len(missing)} of its weights, the first is {missing[0]}")
    if transformer.config.is_encoder_decoder or tokenizer.pad_token is None:
        raise ValueError(f"backbone {name!r} is not an encoder with padding, such as BERT or DistilBERT")
    words = transformer.get_input_embeddings().num_embeddings
    if not len(tokenizer.all_special_ids) < len(tokenizer) <= words:
        raise ValueError(
            f"backbone {name!r} knows {words} tokens, but its tokenizer {len(tokenizer)}; "
            "are the tokenizer's files missing?"
        )
    return transformer, tokenizer


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the library's reports on reading and writing weights off the screen; a download still shows its progress."""
    verbosity, bars, downloads = (
        logging.get_verbosity(),
        logging.is_progress_bar_enabled(),
        not are_progress_bars_disabled(),
    )
    hub_verbosity = hub_logging.get_verbosity()
    logging.set_verbosity_error()
    hub_logging.set_verbosity_error()
    logging.disable_progress_bar()  # turns the hub's own bars off as well
    if downloads:
        enable_progress_bars()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        hub_logging.set_verbosity(hub_verbosity)
        if bars:
            logging.enable_progress_bar()
        if not downloads:
            disable_progress_bars()
