"""Checks of exercise 1.4, `forward`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ...protocol.suite import Case, Code, Suite, case, expect
from ..inputs import HALVES, afterwards, send_back
from ..models import (
    LONGEST,
    PADDED,
    SENTENCES,
    embedded_batches,
    gradients_of,
    mode_of_each,
    stand_in,
    tiny_bert,
    tiny_distilbert,
    tiny_encoder,
    tiny_tokenizer,
    tiny_tokens,
)

suite = Suite(sees="the embeddings")


def _of_tokens(label: str, model: Any, tokens: dict[str, Tensor]) -> Case:
    """Make the case of one batch."""
    ids, mask = tokens["input_ids"], tokens["attention_mask"]
    return case(label, partial(model, ids, mask), input_ids=ids, mask=mask)


@suite.check("embeds tokenized sentences")
def embedded(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, tokens in embedded_batches().items():
        yield _of_tokens(label, tiny_encoder(code, rng, dim=4), tokens)


@suite.check("asks the mask where the padding is, not the tokens")
def masked(code: Code, rng: torch.Generator) -> Iterator[Case]:
    masks = {
        "padding before the tokens": [[1, 1, 1, 1], [0, 1, 1, 1]],
        "a word that the mask hides": [[1, 1, 1, 1], [1, 0, 1, 1]],
    }
    ids = torch.tensor([[2, 7, 9, 3], [2, 8, 11, 3]])
    for label, rows in masks.items():
        mask = torch.tensor(rows)
        # Only what stands outside the sentence has the number of the padding, 0.
        given = ids if "word" in label else ids * mask
        yield _of_tokens(
            label, tiny_encoder(code, rng, stand_in(rng), dim=4), {"input_ids": given, "attention_mask": mask}
        )


@suite.check("pools as the model was told to: by mean or by max, over a BERT or a DistilBERT")
def other_models(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _of_tokens(
        "BERT, pooling by max", tiny_encoder(code, rng, tiny_bert(rng, 1), pooling="max", dim=4), tiny_tokens(PADDED)
    )
    options = {"pooling": "max", "dim": 4, "max_length": LONGEST}
    distilbert = code.encoder.SentenceTransformer(tiny_distilbert(rng, 1), tiny_tokenizer(), **options).eval()
    yield _of_tokens("DistilBERT, pooling by max", distilbert, tiny_tokens(PADDED))


@suite.check("lets gradients reach every layer, down to the word embeddings", slack=10)
def embedded_gradients(code: Code, rng: torch.Generator) -> Iterator[Case]:
    encoder, tokens, factors = tiny_encoder(code, rng), tiny_tokens(PADDED), torch.randn(2, 8, generator=rng)
    yield case("two sentences, padded", partial(_gradients, encoder, tokens, factors))
    encoder, factors = tiny_encoder(code, rng, stand_in(rng), dim=4), torch.randn(40, 4, generator=rng)
    yield case("forty sentences, padded", partial(_gradients, encoder, tiny_tokens(SENTENCES * 4), factors))


def _gradients(encoder: Any, tokens: dict[str, Tensor], factors: Tensor) -> Any:
    send_back(encoder(**tokens), factors, "the embeddings")
    return {f"the gradient of {name}": gradient for name, gradient in gradients_of(encoder).items()}


@suite.check("leaves dropout on in train mode, and gives embeddings of length 1 there too", sees="two runs")
def embedded_in_train_mode(code: Code, rng: torch.Generator) -> Iterator[Case]:
    encoder, tokens = tiny_encoder(code, rng, tiny_bert(rng, 1), dim=4).train(), tiny_tokens(PADDED)
    yield case("the same sentences twice, in train mode", partial(_twice, encoder, tokens))


def _twice(encoder: Any, tokens: dict[str, Tensor]) -> Any:
    return encoder(**tokens), encoder(**tokens)


@suite.check("embeds anew each time: neither earlier sentences nor earlier weights count")
def embedded_anew(code: Code, rng: torch.Generator) -> Iterator[Case]:
    tokens = tiny_tokens(PADDED)
    label = "after a batch of other sentences, and a change of the weights"
    yield case(label, partial(_after_a_change, tiny_encoder(code, rng, stand_in(rng), dim=4), tokens))


def _after_a_change(encoder: Any, tokens: dict[str, Tensor]) -> Any:
    encoder(tokens["input_ids"].flip(0), tokens["attention_mask"].flip(0))
    encoder(**tokens)
    with torch.no_grad():
        for weight in encoder.parameters():
            weight.mul_(0.5)
    return encoder(**tokens)


@suite.check("works in half precision", careful=True)
def embedded_in_half(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for dtype in HALVES:
        encoder, tokens = tiny_encoder(code, rng, stand_in(rng)).to(dtype), tiny_tokens(PADDED)
        yield case(str(dtype).removeprefix("torch."), partial(_converted, encoder, tokens, dtype))


def _converted(encoder: Any, tokens: dict[str, Tensor], dtype: torch.dtype) -> Any:
    return expect(Tensor, encoder(**tokens), "the embeddings").to(dtype)


@suite.check("leaves the model's modes as they were", careful=True)
def modes_stay(code: Code, rng: torch.Generator) -> Iterator[Case]:
    encoder = tiny_encoder(code, rng, stand_in(rng)).train()
    encoder.transformer.layer.eval()
    yield case("a model in train mode, one layer in eval mode", partial(_modes, encoder, tiny_tokens(PADDED)))


def _modes(encoder: Any, tokens: dict[str, Tensor]) -> Any:
    shape = list(expect(Tensor, encoder(**tokens), "the embeddings").shape)
    gradients = "on" if torch.is_grad_enabled() else "off"
    return {
        "the shape of the embeddings": shape,
        "the modes afterwards": mode_of_each(encoder),
        "gradients afterwards": gradients,
    }


@suite.check("leaves its inputs as they were", careful=True)
def tokens_afterwards(code: Code, rng: torch.Generator) -> Iterator[Case]:
    tokens = tiny_tokens(PADDED)
    ids, mask = tokens["input_ids"], tokens["attention_mask"]
    see = partial(afterwards, tiny_encoder(code, rng, stand_in(rng), dim=4), input_ids=ids, attention_mask=mask)
    yield case("two sentences, padded", see, input_ids=ids, mask=mask)
