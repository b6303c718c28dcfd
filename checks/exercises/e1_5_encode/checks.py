"""Checks of exercise 1.5, `encode`."""

import contextlib
import io
import os
from functools import partial
from typing import Any
from unittest.mock import patch

import torch

from ...protocol.suite import Code, Suite
from ..inputs import HALVES
from ..models import SENTENCES, WORDS, modes_changed_by, tiny_encoder, tiny_model

suite = Suite()


def _sentences(rng: torch.Generator, count: int) -> list[str]:
    """Put random words together to sentences of one to twelve words."""
    lengths = torch.randint(1, 13, (count,), generator=rng).tolist()
    return [" ".join(WORDS[i] for i in torch.randint(len(WORDS), (length,), generator=rng)) for length in lengths]


@suite.check("embeds sentences of different lengths, in their order")
def encoded(code: Code, rng: torch.Generator) -> Any:
    return tiny_encoder(code, rng).encode(SENTENCES)


@suite.check("keeps the order of more sentences than one batch holds")
def encoded_batches(code: Code, rng: torch.Generator) -> Any:
    return tiny_encoder(code, rng).encode(_sentences(rng, 150))


@suite.check("gives one vector for one sentence, however short")
def one_sentence(code: Code, rng: torch.Generator) -> Any:
    encoder = tiny_encoder(code, rng)
    return {repr(sentence): encoder.encode(sentence) for sentence in (SENTENCES[0], "good", "a", "")}


@suite.check("gives a row for each sentence of a list or tuple: for one, for none")
def short_lists(code: Code, rng: torch.Generator) -> Any:
    encoder = tiny_encoder(code, rng)
    return {str(sentences): encoder.encode(sentences) for sentences in (["good"], ("a film", "good", "a film"), [])}


@suite.check("cuts off what is too long, and pools as the model was told to")
def encoded_by_other_models(code: Code, rng: torch.Generator) -> Any:
    return tiny_encoder(code, rng, max_length=6, pooling="max", dim=5).encode([SENTENCES[2] * 3, *SENTENCES])


@suite.check("gives the same embeddings when the model is in train mode")
def encoded_in_train_mode(code: Code, rng: torch.Generator) -> Any:
    encoder = tiny_encoder(code, rng)
    in_eval_mode = encoder.encode(SENTENCES)
    encoder.train()
    # Each time anew, as the first one may leave the model in eval mode.
    return in_eval_mode, encoder.encode(SENTENCES), encoder.train().encode(SENTENCES)


@suite.check("leaves every part of the model in the mode that it had")
def modes_afterwards(code: Code, rng: torch.Generator) -> Any:
    encoder = tiny_encoder(code, rng)
    cases = {"a string": "good", "a list": ["good", "a film"]}
    return {name: modes_changed_by(encoder, partial(encoder.encode, given)) for name, given in cases.items()}


@suite.check("computes no gradients, but lets training go on afterwards")
def without_gradients(code: Code, rng: torch.Generator) -> Any:
    encoder, seen = tiny_encoder(code, rng), []
    encoder.transformer.register_forward_hook(lambda *_: seen.append(torch.is_grad_enabled()))
    embeddings = encoder.encode(["good", "a film"])
    return {
        "gradients in the transformer": any(seen),
        "gradients in the embeddings": embeddings.requires_grad,
        "gradients afterwards": torch.is_grad_enabled(),
        "weights that learn": {name: parameter.requires_grad for name, parameter in encoder.named_parameters()},
    }


@suite.check("works in half precision, and returns the dtype of the weights")
def encoded_in_half(code: Code, rng: torch.Generator) -> Any:
    encoder = tiny_encoder(code, rng)
    seen = {}
    for dtype in HALVES:
        seen[f"sentences, {dtype}"] = encoder.to(dtype).encode(SENTENCES[:3])
        seen[f"no sentences, {dtype}"] = encoder.encode([])
    return seen


@suite.check("embeds with the two-headed model as well, whose `forward` classifies")
def encoded_by_two_heads(code: Code, rng: torch.Generator) -> Any:
    return tiny_model(code, rng).encode(SENTENCES[:3])


@suite.check("shows a progress bar if asked to, and only then")
def progress_bar(code: Code, rng: torch.Generator) -> Any:
    encoder, shown = tiny_encoder(code, rng), {}
    cases = {"sentences": (SENTENCES,), "one sentence": ("good",)}
    asked = {f"{name}, asked for it": (*arguments, True) for name, arguments in cases.items()}
    for name, arguments in {**cases, **asked}.items():
        # There is a bar on terminals only, and with this variable any stream counts as one.
        with patch.dict(os.environ, FORCE_COLOR="1"), contextlib.redirect_stderr(io.StringIO()) as terminal:
            encoder.encode(*arguments)
        shown[name] = bool(terminal.getvalue())
    return shown


@suite.check("leaves the list of sentences as it was")
def sentences_afterwards(code: Code, rng: torch.Generator) -> Any:
    sentences = list(SENTENCES)
    tiny_encoder(code, rng).encode(sentences)
    return sentences
