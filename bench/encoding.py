"""Encoding ragged texts: `encode` against the sentence-transformers library, on the same weights.

Two corpora, each of 2,000 texts with 3 to 128 tokens (longer ones are cut there); like in real collections, each
doubling of the length is about as frequent as the next. `prose` is made of the course's own words; in `mixed`, half of
the texts are log lines of digits and codes. The library sorts texts by their characters, which in prose say nearly how
many tokens there are, and in mixed text do not.
"""

import random
from collections.abc import Callable
from functools import partial

import sentence_transformers
import torch
import torch.nn.functional as F
from torch import Tensor
from transformers.utils import logging

from solutions.dataset import generate_dataset
from solutions.encoder import SentenceTransformer
from solutions.published import bundled_minilm
from solutions.trainer import cache_features

from .comparison import Row, at_least, at_most, fastest

TEXTS = 2000
SHORTEST, LONGEST = 3, 128  # tokens, [CLS] and [SEP] included


def rows(repeats: int) -> list[Row]:
    """Compare speed and values, in float32 and with bfloat16 weights, on both corpora."""
    torch.manual_seed(0)
    single = SentenceTransformer.from_pretrained()
    torch.manual_seed(0)
    half = SentenceTransformer.from_pretrained().bfloat16()
    library = _library()
    return [
        row for name, texts in _corpora(single).items() for row in _rows(name, texts, single, half, library, repeats)
    ]


def _rows(
    name: str,
    texts: list[str],
    single: SentenceTransformer,
    half: SentenceTransformer,
    library: Callable[[list[str]], Tensor],
    repeats: int,
) -> list[Row]:
    ways = {"library": library, "float32": single.encode, "bfloat16": half.encode}
    seconds = fastest({way: partial(encode, texts) for way, encode in ways.items()}, repeats)
    difference = (cache_features(single, texts) - library(texts)).abs().max().item()  # type: ignore[arg-type]
    cosine = F.cosine_similarity(single.encode(texts), half.encode(texts).float()).min().item()
    against = "sentence-transformers"
    return [
        at_least(f"encode {name}, float32", seconds["float32"], against, seconds["library"], 1.5),
        at_most(f"encode {name}, feature difference", difference, against, 1e-5, ""),
        at_least(f"encode {name}, bfloat16 weights", seconds["bfloat16"], against, seconds["library"], 3),
        at_most(f"encode {name}, bfloat16, 1 - cosine", 1 - cosine, "float32", 1e-3, ""),
    ]


def _library() -> Callable[[list[str]], Tensor]:
    """Give the library's encoding up to and including its mean pooling, as it comes, with its own batches."""
    logging.disable_progress_bar()
    model = sentence_transformers.SentenceTransformer(str(bundled_minilm()), device="cpu")
    pooled = sentence_transformers.SentenceTransformer(modules=[model[0], model[1]], device="cpu")
    pooled.max_seq_length = LONGEST
    return lambda texts: torch.as_tensor(pooled.encode(texts, convert_to_tensor=True))


def _corpora(model: SentenceTransformer) -> dict[str, list[str]]:
    rng = random.Random(0)
    words = " ".join(generate_dataset(4000).sentences)
    codes = " ".join(f"{rng.random():.6f} {rng.randrange(16**6):06x} t={rng.randrange(10**5)}" for _ in range(4000))
    prose = _cut(model, words, TEXTS, rng)
    mixed = _cut(model, codes, TEXTS // 2, rng) + prose[: TEXTS // 2]
    rng.shuffle(mixed)
    return {"prose": prose, "mixed": mixed}


def _cut(model: SentenceTransformer, text: str, count: int, rng: random.Random) -> list[str]:
    """Cut pieces of 3 to 128 tokens, their lengths log-uniform, out of a long text."""
    tokens = model.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
    pieces = []
    for _ in range(count):
        length = round(SHORTEST * (LONGEST / SHORTEST) ** rng.random()) - 2
        start = rng.randrange(len(tokens) - length)
        pieces.append(model.tokenizer.decode(tokens[start : start + length]))
    return pieces
