"""What the page of the command `app` computes: similarities with both poolings, and what each token does."""

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from ..attribution import max_pool_shares
from ..config import ModelConfig
from ..encoder import POOLINGS, SentenceTransformer, inference
from ..similarity import cosine_similarity_matrix
from .checkpoint import Checkpoint, load_checkpoint
from .commands import load_encoder

CHECKPOINT = Path(".checkpoint")  # where `train` writes to, if not told otherwise
MOST_SENTENCES = 20  # more do not fit on a screen
# Tokens that are read with one of them hidden, of all sentences together: a few seconds.
MOST_TOKENS = 20_000


class Subject(NamedTuple):
    """The encoder that is looked at, what is to be said of it, and the checkpoint that it is part of, if any."""

    encoder: SentenceTransformer
    about: str
    trained: Checkpoint | None


class Tokens(NamedTuple):
    """The tokens of a sentence, and of which share of the dimensions each gives max pooling the value, `(tokens,)`."""

    texts: list[str]
    shares: Tensor


class Look(NamedTuple):
    """Similarities `(batch, batch)` by the name of the pooling, and the tokens of each sentence."""

    similarities: dict[str, Tensor]
    tokens: list[Tokens]


def load_subject(checkpoint: Path | None, device: torch.device) -> Subject:
    """Load a trained model: the one asked for, or the one in `.checkpoint`, or else an encoder without heads.

    Raises:
        OSError: The checkpoint that was asked for is not there, or one cannot be read.
        ValueError: A checkpoint is damaged.
    """
    if checkpoint is None and not (CHECKPOINT / "config.json").exists():  # there may be an unfinished training
        config = ModelConfig()
        about = f"{config.backbone} below a random projection: nothing is trained yet"
        return Subject(load_encoder(None, config, device), about, None)
    trained = load_checkpoint(checkpoint or CHECKPOINT)
    about = f"from {checkpoint or CHECKPOINT}, trained with {trained.config.pooling} pooling"
    return Subject(trained.model.to(device), about, trained)


def read_lines(text: str) -> tuple[list[str], int]:
    """Take the sentences from the page, one a line; what is no text at all (half a surrogate pair) becomes `?`.

    Returns:
        The first `MOST_SENTENCES` lines that are not blank, and the number of those that were left out.
    """
    lines = [line.strip() for line in text.encode(errors="replace").decode().split("\n")]
    sentences = [line for line in lines if line]
    return sentences[:MOST_SENTENCES], max(0, len(sentences) - MOST_SENTENCES)


def too_long(model: SentenceTransformer, sentences: Sequence[str]) -> list[int]:
    """Find the positions of the sentences that have more tokens than the model reads."""
    tokens = model.tokenizer(list(sentences), truncation=True, max_length=model.max_length + 1)["input_ids"]
    return [position for position, ids in enumerate(tokens) if len(ids) > model.max_length]


def affordable(tokens: Sequence[Tokens]) -> int:
    """Count the sentences, from the first on, whose tokens can be hidden one after the other while somebody waits."""
    costs = accumulate(len(each.texts) * (len(each.texts) + 1) for each in tokens)
    return sum(cost <= MOST_TOKENS for cost in costs)


def look(model: SentenceTransformer, sentences: Sequence[str]) -> Look:
    """Run the transformer once on sentences, and pool its tokens in both ways: a pooling has no weights of its own."""
    embeddings = {name: torch.empty(len(sentences), model.dim) for name in POOLINGS}
    tokens: dict[int, Tokens] = {}
    with inference(model):
        for positions, inputs in model.batches_by_length(sentences):
            states, mask = model.transformer(**inputs).last_hidden_state, inputs["attention_mask"]
            for name, pool in POOLINGS.items():
                embeddings[name][positions] = model.project(pool(states, mask)).cpu()
            rows = zip(inputs["input_ids"], mask.bool(), max_pool_shares(states, mask), strict=True)
            for position, (ids, real, shares) in zip(positions, rows, strict=True):
                texts = [model.tokenizer.decode([token]) for token in ids[real].tolist()]
                tokens[position] = Tokens(texts, shares[real].cpu())
    similarities = {name: cosine_similarity_matrix(rows) for name, rows in embeddings.items()}
    return Look(similarities, [tokens[position] for position in range(len(sentences))])
