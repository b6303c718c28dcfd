"""Checks of exercise 1.5, `encode`."""

import contextlib
import io
import os
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor

from ...protocol.suite import Case, Code, Suite, case, expect
from ..inputs import HALVES, afterwards, outcome
from ..models import PADDED, SENTENCES, WORDS, mode_of_each, stand_in, tiny_encoder, tiny_model

suite = Suite(sees="the embeddings")

LISTS = {
    "a list of one sentence": ["a film"],
    "two sentences, the longer one first": ["the router is slow", "good"],
    "two sentences, the shorter one first": ["good", "the router is slow"],
    "four sentences, one of them twice": ["it crashes", "the router is slow", "good", "it crashes"],
    "five sentences, in no order": ["good", "everyone adored this superb play", "a film", "the router is slow", "the"],
}


def _encoder(code: Code, rng: torch.Generator, **options: Any) -> Any:
    """Make a sentence transformer of width 4."""
    return tiny_encoder(code, rng, stand_in(rng), **{"dim": 4, **options})


def _random_sentences(rng: torch.Generator, count: int) -> list[str]:
    """Put random words together to sentences of one to twelve words."""
    lengths = torch.randint(1, 13, (count,), generator=rng).tolist()
    return [" ".join(WORDS[i] for i in torch.randint(len(WORDS), (length,), generator=rng)) for length in lengths]


def _of(label: str, model: Any, sentences: str | Sequence[str]) -> Case:
    """Make the case of some sentences; a list is copied, as a wrong answer may change it."""
    sentences = list(sentences) if isinstance(sentences, list) else sentences
    return case(label, partial(model.encode, sentences), sentences=sentences)


@suite.check("gives a row for each sentence of a list, in their order")
def encoded(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sentences in LISTS.items():
        yield _of(label, _encoder(code, rng), sentences)


@suite.check("gives one vector for one sentence", sees="the embedding")
def one_sentence(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sentence in {"a sentence of four words": "the router is slow", "a sentence of one word": "good"}.items():
        yield _of(label, _encoder(code, rng), sentence)


@suite.check("cuts off what is longer than `max_length` tokens, which is the model's to say")
def encoded_long(code: Code, rng: torch.Generator) -> Iterator[Case]:
    # The first one is shorter than the tokenizer's own limit, 16, so only the model's makes a difference.
    for label, words in {"longer than max_length": 9, "longer than the tokenizer's limit as well": 40}.items():
        sentences = [" ".join((WORDS * 2)[:words]), "good"]
        yield _of(label, _encoder(code, rng, max_length=6), sentences)


@suite.check("keeps the order of more sentences than one batch holds")
def encoded_batches(code: Code, rng: torch.Generator) -> Iterator[Case]:
    sentences = _random_sentences(rng, 130)
    yield _of("130 sentences", _encoder(code, rng), sentences)


@suite.check("pools as the model was told to")
def encoded_by_max(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _of("pooling by max", _encoder(code, rng, pooling="max"), list(PADDED))


@suite.check("switches dropout off, also in a model in train mode")
def encoded_in_train_mode(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for mode in ("eval mode", "train mode"):
        encoder = _encoder(code, rng).train(mode == "train mode")
        yield _of(f"a model in {mode}", encoder, list(PADDED))


@suite.check("leaves the model in the mode that it had")
def modes_afterwards(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for mode in ("eval mode", "train mode"):
        for label, sentences in {"a list": list(PADDED), "a single sentence": "good"}.items():
            encoder = _encoder(code, rng).train(mode == "train mode")
            yield case(f"a model in {mode}, {label}", partial(_modes, encoder, sentences), sentences=sentences)


def _modes(encoder: Any, sentences: Any) -> Any:
    shape = list(expect(Tensor, encoder.encode(sentences), "the embeddings").shape)
    return {"the shape of the embeddings": shape, "the modes afterwards": mode_of_each(encoder)}


@suite.check("computes no gradients, but lets training go on afterwards")
def without_gradients(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("two sentences", partial(_gradients, _encoder(code, rng)), sentences=list(PADDED))


def _gradients(encoder: Any) -> Any:
    seen: list[str] = []
    encoder.transformer.register_forward_hook(lambda *_: seen.append(_recorded(torch.is_grad_enabled())))
    embeddings = expect(Tensor, encoder.encode(list(PADDED)), "the embeddings")
    trained = [name for name, parameter in encoder.named_parameters() if not parameter.requires_grad]
    return {
        "gradients while the transformer runs": "recorded" if "recorded" in seen else "not recorded",
        "gradients of the embeddings": _recorded(embeddings.requires_grad),
        "gradients afterwards": _recorded(torch.is_grad_enabled()),
        "weights that are frozen afterwards": trained,
    }


def _recorded(enabled: bool) -> str:
    return "recorded" if enabled else "not recorded"


@suite.check("embeds with a BERT, and with the two-headed model, whose `forward` classifies")
def encoded_by_other_models(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _of("a BERT", tiny_encoder(code, rng, dim=4), list(PADDED))
    yield _of("a model with two heads", tiny_model(code, rng, stand_in(rng), dim=4), list(PADDED))


@suite.check("embeds with the weights that the model has now")
def encoded_anew(code: Code, rng: torch.Generator) -> Iterator[Case]:
    see = partial(_after_a_change, _encoder(code, rng), list(PADDED))
    yield case("the weights have changed since the call before", see, sentences=list(PADDED))


def _after_a_change(encoder: Any, sentences: list[str]) -> Any:
    encoder.encode(sentences)
    with torch.no_grad():
        for weight in encoder.parameters():
            weight.mul_(0.5)
    return encoder.encode(sentences)


@suite.check("leaves the list of sentences as it was")
def sentences_afterwards(code: Code, rng: torch.Generator) -> Iterator[Case]:
    sentences = list(SENTENCES[:4])
    see = partial(afterwards, _encoder(code, rng).encode, sentences=sentences)
    yield case("four sentences", see, sentences=sentences)


@suite.check("takes a tuple as well as a list, and no sentences", careful=True)
def other_sequences(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sentences in {
        "a tuple": ("a film", "good", "a film"),
        "an empty list": [],
        "an empty tuple": (),
    }.items():
        yield _of(label, _encoder(code, rng), sentences)


@suite.check("embeds an empty sentence", sees="the embedding", careful=True)
def empty_sentence(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _of("an empty sentence, alone", _encoder(code, rng), "")


@suite.check("leaves each part of the model in its own mode, after an error too", careful=True)
def odd_modes_afterwards(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for mode in ("eval mode", "train mode"):
        encoder = _encoder(code, rng).train(mode == "train mode")
        encoder.transformer.layer.train(mode != "train mode")
        label = f"a model in {mode}, one layer in the other mode"
        yield case(label, partial(_modes, encoder, list(PADDED)), sentences=list(PADDED))
    encoder = _encoder(code, rng).train()
    encoder.transformer.eval()
    label = "a model in train mode, its whole transformer in eval mode"
    yield case(label, partial(_modes, encoder, list(PADDED)), sentences=list(PADDED))
    encoder = _encoder(code, rng).train()
    yield case("a model in train mode, a number among the sentences", partial(_modes_after_an_error, encoder))


def _modes_after_an_error(encoder: Any) -> Any:
    outcome(lambda: encoder.encode(["good", 3]))
    return {"the modes after the error": mode_of_each(encoder), "gradients": _recorded(torch.is_grad_enabled())}


@suite.check("works in half precision, and returns the dtype of the weights", careful=True)
def encoded_in_half(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for dtype in HALVES:
        for label, sentences in {"two sentences": list(PADDED), "no sentences": []}.items():
            encoder = _encoder(code, rng).to(dtype)
            yield _of(f"{str(dtype).removeprefix('torch.')}, {label}", encoder, sentences)


@suite.check("shows a progress bar if asked to, and only then", careful=True)
def progress_bar(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sentences in {"two sentences": list(PADDED), "a single sentence": "good"}.items():
        for progress in (False, True):
            see = partial(_shown, _encoder(code, rng), sentences, progress)
            yield case(f"{label}, {'asked for' if progress else 'not asked for'}", see, sentences=sentences)


def _shown(encoder: Any, sentences: Any, progress: bool) -> Any:
    # There is a bar on terminals only, and with this variable any stream counts as one.
    with patch.dict(os.environ, FORCE_COLOR="1"), contextlib.redirect_stderr(io.StringIO()) as terminal:
        encoder.encode(sentences, *([True] if progress else []))
    return {"the progress bar": "shown" if terminal.getvalue() else "not shown"}
