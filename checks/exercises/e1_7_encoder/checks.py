"""Checks of exercise 1.7, `Encoder`. Each sees one promise kept, whatever else is still wrong."""

from collections.abc import Iterator, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

import torch
from torch import nn

from ...protocol.suite import Case, Code, Suite, WrongForm, case, expect
from ..models import PADDED, SPECIAL, WORDS, mode_of_each, stand_in, tiny_tokenizer, tiny_tokens

suite = Suite()

SHORT, LONG = "good", "the router is slow"
TOKENS = (*SPECIAL, *WORDS)


def _encoder(code: Code, rng: torch.Generator, dropout: float = 0.0, max_length: int = 12) -> Any:
    """Make an encoder of width 8 in eval mode."""
    encoder = code.faults.encoder.Encoder(stand_in(rng, hidden=6), tiny_tokenizer(), dim=8, max_length=max_length)
    for module in encoder.modules():
        if isinstance(module, nn.Dropout):
            module.p = dropout
        if isinstance(module, nn.Linear | nn.LayerNorm) and module.bias is not None:
            nn.init.uniform_(module.bias, -1, 1, generator=rng)
    return encoder.eval()


def _vectors(encoder: Any, sentences: Sequence[str], **options: Any) -> torch.Tensor:
    vectors = expect(torch.Tensor, encoder.encode(list(sentences), **options), "the vectors")
    if vectors.shape != (len(sentences), 8):
        raise WrongForm(f"the vectors: expected shape {(len(sentences), 8)}, got {tuple(vectors.shape)}")
    return vectors


def _compared(one: torch.Tensor, other: torch.Tensor) -> str:
    return "the same vector" if torch.allclose(one, other, atol=1e-4) else "another vector"


def _beside(encoder: Any, sentences: Sequence[str]) -> dict[str, str]:
    together = _vectors(encoder, sentences)
    return {
        f"{sentence!r} alone": _compared(_vectors(encoder, [sentence])[0], row)
        for sentence, row in zip(sentences, together, strict=True)
    }


@suite.check("gives a sentence the same vector alone and beside a longer one")
def alone_or_not(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sentences in {
        "two sentences of one length": (SHORT, "crashes"),
        "two sentences, padded": PADDED,
    }.items():
        ordered = sorted(sentences, key=len)
        yield case(label, partial(_beside, _encoder(code, rng), ordered), sentences=ordered)


def _lengths(encoder: Any, sentences: Sequence[str]) -> torch.Tensor:
    lengths: torch.Tensor = _vectors(encoder, sentences).norm(dim=1)
    return lengths


@suite.check("gives vectors of length one", sees="the lengths of the vectors")
def length_one(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sentences in {"one sentence": [SHORT], "two sentences": [SHORT, LONG]}.items():
        yield case(label, partial(_lengths, _encoder(code, rng), sentences), sentences=sentences)


def _places(encoder: Any, sentences: Sequence[str]) -> dict[str, str]:
    """Tell in which row each sentence's vector stands."""
    rows = _vectors(encoder, sentences, batch_size=1)
    found = {}
    for number, sentence in enumerate(sentences, start=1):
        alone = _vectors(encoder, [sentence])
        row = int((rows - alone).norm(dim=1).argmin()) + 1
        found[f"the vector of sentence {number}"] = f"in row {row}"
    return found


@suite.check("gives the vectors in the order of the sentences")
def in_order(code: Code, rng: torch.Generator) -> Iterator[Case]:
    lists = {
        "two sentences, the shorter one first": [SHORT, LONG],
        "two sentences, the longer one first": [LONG, SHORT],
        "three sentences, the longest one first": [LONG, SHORT, "it crashes"],
        "four sentences, in no order": ["it crashes", LONG, "a film", "everyone adored this superb play"],
    }
    for label, sentences in lists.items():
        yield case(label, partial(_places, _encoder(code, rng), sentences), sentences=sentences)


def _twice(encoder: Any) -> dict[str, str]:
    return {"the second time": _compared(_vectors(encoder, [SHORT]), _vectors(encoder, [SHORT]))}


@suite.check("gives a sentence the same vector each time, in whatever mode")
def each_time(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for mode in ("eval mode", "train mode"):
        yield case(mode, partial(_twice, _encoder(code, rng, dropout=0.5).train(mode == "train mode")))


def _read(encoder: Any, sentence: str) -> dict[str, Any]:
    """Tell what the transformer is given of a sentence."""
    given: list[Any] = []

    def note(module: nn.Module, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        given.extend([*arguments, named.get("input_ids")])

    handle = encoder.transformer.register_forward_pre_hook(note, with_kwargs=True)
    _vectors(encoder, [sentence])
    handle.remove()
    tokens = [TOKENS[index] for index in next(each for each in given if each is not None)[0].tolist()]
    ends = {"the first one": tokens[0], "the last one": tokens[-1]}
    return {"the number of its tokens": len(tokens), **ends, "those between": tokens[1:-1]}


def _drawn(count: int, rng: torch.Generator) -> str:
    """Draw the words of a sentence: what is read of it, nobody can know before."""
    return " ".join(WORDS[index] for index in torch.randperm(len(WORDS), generator=rng)[:count])


@suite.check("cuts a sentence that is too long so that it ends as every sentence does")
def cut(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, count in {"shorter than max_length": 3, "longer than max_length": 8}.items():
        sentence = _drawn(count, rng)
        yield case(label, partial(_read, _encoder(code, rng, max_length=6), sentence), sentence=sentence)


def _modes(encoder: Any) -> dict[str, str]:
    _vectors(encoder, [SHORT])
    return {"the encoder afterwards": mode_of_each(encoder)["the model itself"]}


@suite.check("leaves the encoder in the mode that it had")
def modes_kept(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for mode in ("eval mode", "train mode"):
        yield case(mode, partial(_modes, _encoder(code, rng).train(mode == "train mode")))


@suite.check("gives the same vectors for batches of any size")
def any_batch_size(code: Code, rng: torch.Generator) -> Iterator[Case]:
    sentences = ["it crashes", "this crashes", "everyone crashes"]  # as many tokens, and sorted already
    for size in (1, 2, 3):
        yield case(f"batches of {size}", partial(_in_batches, _encoder(code, rng), sentences, size))


def _in_batches(encoder: Any, sentences: Sequence[str], size: int) -> dict[str, str]:
    rows = _vectors(encoder, sentences, batch_size=size)
    return {
        f"{sentence!r} alone": _compared(_vectors(encoder, [sentence])[0], row)
        for sentence, row in zip(sentences, rows, strict=True)
    }


class Alike(nn.Module):
    """Gives every token the same embedding, whatever it is."""

    def forward(self, input_ids: torch.Tensor, **_: Any) -> SimpleNamespace:
        """Give as many equal embeddings as there are tokens."""
        return SimpleNamespace(last_hidden_state=torch.linspace(-1, 2, 6).expand(*input_ids.shape, 6))


def _of_equal_tokens(encoder: Any, sentences: Sequence[str]) -> dict[str, str]:
    encoder.transformer = Alike()
    first = _vectors(encoder, [SHORT])
    return {f"{sentence!r}": _compared(_vectors(encoder, [sentence]), first) for sentence in sentences}


@suite.check("gives the mean: tokens that are all alike give the same vector, however many there are")
def mean_of_equals(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sentences in {"as many tokens": ["crashes"], "more tokens": ["it crashes", LONG]}.items():
        yield case(label, partial(_of_equal_tokens, _encoder(code, rng), sentences), sentences=sentences)


def _learning(encoder: Any) -> dict[str, str]:
    """Look at what a training step would find: dropout at work, and gradients in all layers."""
    tokens = tuple(tiny_tokens((LONG,)).values())
    first, second = encoder(*tokens), encoder(*tokens)
    if not first.requires_grad:
        raise WrongForm("no gradient can flow back from `forward`")
    (first * torch.linspace(-1, 2, first.numel()).view_as(first)).sum().backward()
    found = {"dropout in train mode": "on" if not torch.allclose(first, second) else "off"}
    for kind in (nn.Linear, nn.LayerNorm):
        layers = [layer for layer in encoder.modules() if isinstance(layer, kind)]
        reached = layers and all(layer.weight.grad is not None and layer.weight.grad.any() for layer in layers)
        found[f"a gradient in {kind.__name__}"] = "yes" if reached else "no"
    return found


@suite.check("can still be trained: with dropout, a linear layer and LayerNorm")
def still_trains(code: Code, rng: torch.Generator) -> Iterator[Case]:
    encoder = _encoder(code, rng, dropout=0.5).train()
    for module in encoder.transformer.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0  # the encoder's own dropout is looked at
    yield case("train mode", partial(_learning, encoder))
