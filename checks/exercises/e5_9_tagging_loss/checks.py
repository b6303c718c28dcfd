"""Checks of exercise 5.9, `tagging_loss`."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import SGD

from ...protocol.suite import Case, Code, Suite, case, expect
from ..inputs import HALVES, afterwards, outcome, tenths

suite = Suite(sees="the loss")

NAMES = ("sentence_logits", "tag_logits", "sentence_labels", "tag_labels")
# For each sentence its class and the tags of its pieces, None where that is not known or not to be counted.
Sentences = Sequence[tuple[int | None, Sequence[int | None]]]
ALL: Sentences = ((1, (0, 2)), (0, (3, 1)))
PADDED: Sentences = ((0, (None, 0, 2, 1, None)), (1, (None, 3, None, None, None)))
RAGGED: Sentences = (*PADDED, (2, (None, 0, None, 0, None)))
NO_TAGS: Sentences = ((1, (None, None)), (0, (None, None)))
NO_CLASSES: Sentences = ((None, (0, 2)), (None, (3, None)))
NOTHING: Sentences = ((None, (None, None)), (None, (None, None)))

Batch = dict[str, Tensor]


def _batch(code: Code, rng: torch.Generator, sentences: Sentences, classes: int = 3, tags: int = 4) -> Batch:
    """Make the arguments of the loss: logits, and labels of which some are missing."""
    missing = code.tasks.UNLABELLED
    shape = (len(sentences), len(sentences[0][1]), tags)
    return {
        "sentence_logits": tenths(2 * torch.randn(len(sentences), classes, generator=rng)),
        "tag_logits": tenths(2 * torch.randn(shape, generator=rng)),
        "sentence_labels": torch.tensor([missing if label is None else label for label, _ in sentences]),
        "tag_labels": torch.tensor([[missing if tag is None else tag for tag in row] for _, row in sentences]),
    }


def _lost(label: str, code: Code, batch: Batch, **weights: float) -> Case:
    return case(label, partial(code.tagging.tagging_loss, *batch.values(), **weights), **batch)


@suite.check("adds the two mean cross-entropies where everything has a label")
def all_labelled(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _lost("one sentence of one piece", code, _batch(code, rng, ((1, (2,)),)))
    yield _lost("one sentence of three pieces", code, _batch(code, rng, ((2, (0, 1, 3)),)))
    yield _lost("two sentences of two pieces", code, _batch(code, rng, ALL))


@suite.check("leaves pieces without a label out, out of the sum and out of the number")
def some_pieces(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _lost("one sentence, one of three pieces counted", code, _batch(code, rng, ((1, (None, 2, None)),)))
    yield _lost("two sentences, one padded", code, _batch(code, rng, PADDED), alpha=0.0)
    yield _lost("three sentences, padded, some further pieces", code, _batch(code, rng, RAGGED))


@suite.check("takes one mean over all pieces of the batch: a long sentence counts for as many pieces as it has")
def one_mean(code: Code, rng: torch.Generator) -> Iterator[Case]:
    batch = _batch(code, rng, ((0, (0, 1, 2, 3, 0, 1)), (1, (2, None, None, None, None, None))))
    yield _lost("a sentence of six pieces and one of one", code, batch, alpha=0.0)


@suite.check("weighs the sentences' loss with alpha and the pieces' with beta")
def weights(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for alpha, beta in ((1.0, 0.0), (0.0, 1.0), (0.5, 2.0), (3.0, 0.25)):
        yield _lost(f"alpha {alpha:g}, beta {beta:g}", code, _batch(code, rng, PADDED), alpha=alpha, beta=beta)


@suite.check("sends a gradient to the logits with a label, and none to the others")
def gradients(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sentences in {"everything labelled": ALL, "two sentences, one padded": PADDED}.items():
        batch = _batch(code, rng, sentences)
        yield case(label, partial(_gradients, code, batch), **batch)


def _gradients(code: Code, batch: Batch) -> Any:
    given = _leaves(batch)
    ending = _backward(code, given)
    # No gradient is as good as one of zeros.
    zeros = {name: torch.zeros_like(tensor) for name, tensor in batch.items()}
    found = {name: zeros[name] if given[name].grad is None else given[name].grad for name in NAMES[:2]}
    return {"backward": ending, **{f"gradient of {name}": gradient for name, gradient in found.items()}}


def _leaves(batch: Batch) -> Batch:
    """Copy a batch, with logits that collect gradients."""
    return {name: tensor.clone().requires_grad_(tensor.is_floating_point()) for name, tensor in batch.items()}


def _backward(code: Code, batch: Batch) -> Any:
    """Go backward from the loss, which may be refused."""
    loss = expect(Tensor, code.tagging.tagging_loss(*batch.values()), "the loss")
    return outcome(lambda: loss.backward())


@suite.check("gives pieces of which none is counted a loss of 0, and keeps the sentences' loss")
def no_tags(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _lost("one sentence, no piece counted", code, _batch(code, rng, ((2, (None, None, None)),)))
    yield _lost("two sentences, no piece counted", code, _batch(code, rng, NO_TAGS))


@suite.check("gives sentences of which none has a class a loss of 0, and keeps the pieces' loss")
def no_classes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    some: Sentences = ((None, (0, 2)), (1, (3, None)))
    yield _lost("two sentences, one without a class", code, _batch(code, rng, some))
    yield _lost("two sentences without a class", code, _batch(code, rng, NO_CLASSES))


@suite.check("trains nothing on a batch without any label: `backward` works, and no weight moves", sees="what happened")
def nothing_moves(code: Code, rng: torch.Generator) -> Iterator[Case]:
    batch = _batch(code, rng, NOTHING)
    yield case("two sentences, nothing labelled", partial(_moved, code, batch), **batch)


def _moved(code: Code, batch: Batch) -> Any:
    heads = {name: nn.Linear(batch[name].shape[-1], batch[name].shape[-1]) for name in NAMES[:2]}
    before = {name: head.weight.detach().clone() for name, head in heads.items()}
    ending = _backward(code, {**batch, **{name: head(batch[name]) for name, head in heads.items()}})
    for head in heads.values():
        SGD(head.parameters(), lr=1.0).step()
    moves = {f"moved, {name}": head.weight.detach() - before[name] for name, head in heads.items()}
    return {"backward": ending, **moves}


@suite.check("keeps pieces and tags apart, whichever of them are more")
def shapes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases: dict[str, tuple[Sentences, int]] = {
        "as many pieces as tags": (((0, (0, 1, 2)), (1, (2, None, 1))), 3),
        "more pieces than tags": (((0, (0, 1, 1, 0)), (1, (1, None, 0, None))), 2),
        "more tags than pieces": (((0, (0, 14)), (1, (7, None))), 15),
    }
    for label, (sentences, tags) in cases.items():
        yield _lost(f"two sentences, {label}", code, _batch(code, rng, sentences, 2, tags))


@suite.check("takes tag 0, which most words have, for a tag like any other")
def tag_zero(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _lost("two sentences, tag 0 only", code, _batch(code, rng, ((0, (None, 0, 0)), (0, (None, 0, None)))))


@suite.check("weighs both tasks with 1 where nothing else is said")
def defaults(code: Code, rng: torch.Generator) -> Iterator[Case]:
    batch = _batch(code, rng, PADDED)
    losses = {"left out": {}, "alpha 1, beta 1": {"alpha": 1.0, "beta": 1.0}}
    see = {name: partial(code.tagging.tagging_loss, *batch.values(), **given) for name, given in losses.items()}
    yield case("two sentences", lambda: {f"the loss, {name}": call() for name, call in see.items()}, **batch)


@suite.check("stays exact for very large logits", careful=True)
def large_logits(code: Code, rng: torch.Generator) -> Iterator[Case]:
    batch = _batch(code, rng, PADDED)
    large = {name: 1000 * tensor if tensor.is_floating_point() else tensor for name, tensor in batch.items()}
    yield _lost("logits in the hundreds", code, large)


@suite.check("takes float16, bfloat16 and transposed logits", careful=True)
def awkward_logits(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for dtype in (*HALVES, torch.float32):
        batch = _batch(code, rng, RAGGED)
        batch["sentence_logits"] = batch["sentence_logits"].to(dtype)
        batch["tag_logits"] = batch["tag_logits"].to(dtype).transpose(0, 1).contiguous().transpose(0, 1)
        name = str(dtype).removeprefix("torch.")
        yield case(f"{name}, transposed", partial(_rounded, code, batch, dtype), **batch)


def _rounded(code: Code, batch: Batch, dtype: torch.dtype) -> Any:
    """Give the loss in half precision: a sum in float32 is as right, and terms may be added in another order."""
    loss = expect(Tensor, code.tagging.tagging_loss(*batch.values()), "the loss")
    return {"the loss": loss.to(torch.bfloat16 if dtype in HALVES else dtype)}


@suite.check("leaves logits and labels as they were", careful=True)
def inputs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sentences in {"one padded": PADDED, "nothing labelled": NOTHING}.items():
        batch = _batch(code, rng, sentences)
        yield case(f"two sentences, {label}", partial(afterwards, code.tagging.tagging_loss, **batch), **batch)
