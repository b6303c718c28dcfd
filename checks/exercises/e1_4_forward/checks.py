"""Checks of exercise 1.4, `forward`."""

from typing import Any

import torch

from ...protocol.suite import Code, Suite
from ..inputs import HALVES
from ..models import (
    LONGEST,
    SENTENCES,
    gradients_of,
    mode_of_each,
    tiny_distilbert,
    tiny_encoder,
    tiny_tokenizer,
    tiny_tokens,
)

suite = Suite()


@suite.check("embeds tokenized sentences of different lengths")
def embedded(code: Code, rng: torch.Generator) -> Any:
    return tiny_encoder(code, rng)(**tiny_tokens())


@suite.check("gives a sentence the same embedding alone as beside longer ones")
def embedded_alone(code: Code, rng: torch.Generator) -> Any:
    encoder = tiny_encoder(code, rng)
    alone = [encoder(**tiny_tokens((sentence,))) for sentence in SENTENCES[:4]]
    return {"alone": torch.cat(alone), "together": encoder(**tiny_tokens(SENTENCES[:4]))}


@suite.check("embeds sentences of a single token")
def embedded_tokens(code: Code, rng: torch.Generator) -> Any:
    encoder, tokens = tiny_encoder(code, rng), torch.tensor([[7], [9]])
    together = encoder(torch.tensor([[7, 0, 0], [8, 9, 10]]), torch.tensor([[1, 0, 0], [1, 1, 1]]))
    return {"single tokens": encoder(tokens, torch.ones_like(tokens)), "beside a longer sentence": together}


@suite.check("pools as the model was told to: by mean or by max, over a BERT or a DistilBERT")
def other_models(code: Code, rng: torch.Generator) -> Any:
    options = {"pooling": "max", "dim": 5, "max_length": LONGEST}
    distilbert = code.encoder.SentenceTransformer(tiny_distilbert(rng), tiny_tokenizer(), **options).eval()
    bert = tiny_encoder(code, rng, pooling="max")
    return {"BERT": bert(**tiny_tokens()), "DistilBERT": distilbert(**tiny_tokens())}


@suite.check("works in half precision")
def embedded_in_half(code: Code, rng: torch.Generator) -> Any:
    encoder = tiny_encoder(code, rng)
    return {str(dtype): encoder.to(dtype)(**tiny_tokens()).to(dtype) for dtype in HALVES}


@suite.check("lets gradients reach every layer, down to the word embeddings", slack=10)
def embedded_gradients(code: Code, rng: torch.Generator) -> Any:
    encoder = tiny_encoder(code, rng)
    (encoder(**tiny_tokens()) * torch.randn(4, 8, generator=rng)).sum().backward()
    return gradients_of(encoder)


@suite.check("leaves dropout on in train mode, and the model in its mode")
def embedded_in_train_mode(code: Code, rng: torch.Generator) -> Any:
    encoder, tokens = tiny_encoder(code, rng).train(), tiny_tokens()
    return encoder(**tokens), encoder(**tokens), mode_of_each(encoder)


@suite.check("leaves its inputs as they were")
def tokens_afterwards(code: Code, rng: torch.Generator) -> Any:
    tokens = tiny_tokens()
    tiny_encoder(code, rng)(**tokens)
    return tokens
