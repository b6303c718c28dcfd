"""Checks of exercise 7.2, `simcse_loss`."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from ...protocol.suite import Case, Code, Suite, case, expect
from ..inputs import afterwards
from ..models import SENTENCES, StandIn, changed_modes, mode_of_each, seed_from, tiny_encoder, tiny_tokens

suite = Suite(sees="the loss")

BATCHES = {
    "two sentences": SENTENCES[:2],
    "two sentences, padded": SENTENCES[1:3],
    "five sentences, padded": SENTENCES[:5],
}


class Shift(nn.Module):
    """Stands in for dropout, as it can be predicted: the second time that a row comes by, it becomes another one."""

    def __init__(self, share: float = 0.5) -> None:
        super().__init__()
        self.share = share
        self.seen: dict[str, int] = {}

    def forward(self, tokens: Tensor) -> Tensor:
        """Change each row, `(seq, hidden)`, in train mode; in eval mode none."""
        return torch.stack([self._changed(row) for row in tokens]) if self.training else tokens

    def _changed(self, row: Tensor) -> Tensor:
        key = str((row.detach() * 100).round().tolist())
        self.seen[key] = times = self.seen.get(key, 0) + 1
        kept = (torch.arange(row.shape[-1]) + times) % 2 == 0
        return row * torch.where(kept, 1 + self.share, 1 - self.share)


def _encoder(code: Code, rng: torch.Generator, share: float = 0.5, freeze: bool = False) -> Any:
    """Make an encoder whose only dropout is one that can be predicted, in train mode."""
    seed_from(rng)
    backbone = StandIn()
    backbone.layer[2] = Shift(share)
    encoder = tiny_encoder(code, rng, backbone)
    encoder.transformer.requires_grad_(not freeze)
    return encoder.train()


def _loss(code: Code, encoder: Any, inputs: dict[str, Tensor], **options: float) -> Any:
    return code.contrastive.simcse_loss(encoder, **inputs, **options)


def _cases(code: Code, make: Callable[[], Any], more: str = "", **options: float) -> Iterator[Case]:
    for label, sentences in BATCHES.items():
        inputs = tiny_tokens(sentences)
        yield case(label + more, partial(_loss, code, make(), inputs, **options), mask=inputs["attention_mask"])


@suite.check("embeds each sentence twice, with dropout on, and lets the first embedding find the second")
def twice(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return _cases(code, lambda: _encoder(code, rng), temperature=0.5)


@suite.check("shows the loss two embeddings of each sentence, which differ")
def two_views(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sentences in BATCHES.items():
        inputs = tiny_tokens(sentences)
        yield case(label, partial(_views, code, _encoder(code, rng), inputs), mask=inputs["attention_mask"])


def _views(code: Code, encoder: Any, inputs: dict[str, Tensor]) -> dict[str, Any]:
    """Look at what goes through the LayerNorm, the last layer with weights."""
    rows: list[Tensor] = []
    hook = encoder.layer_norm.register_forward_hook(lambda module, given, out: rows.extend(out.detach().unbind()))
    try:
        _loss(code, encoder, inputs)
    finally:
        hook.remove()
    texts = {str((row * 1000).round().tolist()) for row in rows}
    return {"embeddings made": len(rows), "of them different": len(texts)}


@suite.check("switches dropout on where the model is in eval mode")
def eval_mode(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return _cases(code, lambda: _encoder(code, rng).eval(), ", eval mode", temperature=0.5)


@suite.check("switches dropout on in a frozen transformer, which train mode leaves in eval mode")
def frozen(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return _cases(code, lambda: _encoder(code, rng, freeze=True), ", transformer frozen", temperature=0.5)


@suite.check("gives each module back in the mode that it had", sees="the modules in another mode")
def modes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    inputs = tiny_tokens(SENTENCES[:2])
    for label, freeze, training in (
        ("train mode", False, True),
        ("eval mode", False, False),
        ("train mode, transformer frozen", True, True),
    ):
        encoder = _encoder(code, rng, freeze=freeze).train(training)
        yield case(label, partial(_modes, code, encoder, inputs))


def _modes(code: Code, encoder: Any, inputs: dict[str, Tensor]) -> list[str]:
    before = mode_of_each(encoder)
    _loss(code, encoder, inputs)
    return changed_modes(encoder, before)


@suite.check("takes the temperature, and 0.05 without one")
def temperature(code: Code, rng: torch.Generator) -> Iterator[Case]:
    inputs = tiny_tokens(SENTENCES[:3])
    for value in (1.0, 0.1):
        see = partial(_loss, code, _encoder(code, rng), inputs, temperature=value)
        yield case(f"three sentences, a temperature of {value}", see)
    yield case("three sentences, the default temperature", partial(_loss, code, _encoder(code, rng), inputs))


@suite.check("is small where the two embeddings are the same and all sentences differ")
def without_dropout(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return _cases(code, lambda: _encoder(code, rng, share=0.0), ", no dropout in the model", temperature=0.2)


@suite.check("sends gradients through both embeddings to every weight that trains", sees="the gradients")
def gradients(code: Code, rng: torch.Generator) -> Iterator[Case]:
    inputs = tiny_tokens(SENTENCES[:3])
    for label, freeze in {"all trains": False, "transformer frozen": True}.items():
        yield case(f"three sentences, {label}", partial(_gradients, code, _encoder(code, rng, freeze=freeze), inputs))


def _gradients(code: Code, encoder: Any, inputs: dict[str, Tensor]) -> dict[str, Any]:
    expect(Tensor, _loss(code, encoder, inputs, temperature=0.5), "the loss").backward()
    return {name: parameter.grad for name, parameter in encoder.named_parameters()}


@suite.check("gives the modes back if something goes wrong in between", careful=True)
def error(code: Code, rng: torch.Generator) -> Iterator[Case]:
    encoder = _encoder(code, rng, freeze=True)
    yield case("a batch that cannot be embedded", partial(_modes_after_error, code, encoder))


def _modes_after_error(code: Code, encoder: Any) -> list[str]:
    before = mode_of_each(encoder)
    hook = encoder.projection.register_forward_pre_hook(_fail)
    try:
        _loss(code, encoder, tiny_tokens(SENTENCES[:2]))
    except _Failed:
        pass
    finally:
        hook.remove()
    return changed_modes(encoder, before)


class _Failed(Exception):
    pass


def _fail(module: nn.Module, given: Any) -> None:
    raise _Failed


@suite.check("leaves its inputs as they were", careful=True)
def inputs_afterwards(code: Code, rng: torch.Generator) -> Iterator[Case]:
    encoder, inputs = _encoder(code, rng), tiny_tokens(SENTENCES[:2])
    see = partial(afterwards, lambda ids, mask: code.contrastive.simcse_loss(encoder, ids, mask), **inputs)
    yield case("two sentences", see, **inputs)
