"""Checks of exercise 2.1, `ClassificationHead`."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from ...protocol.suite import Code, Suite

suite = Suite()


def _fill(head: nn.Module, fill: Callable[[tuple[int, ...]], Tensor]) -> Any:
    """Set all weights of a head, whatever they are called and whichever way round they lie.

    `fill` gets each weight's shape, outputs before inputs: every layer of these heads has fewer outputs than inputs.
    """
    with torch.no_grad():
        for weight in head.parameters():
            values = fill(tuple(sorted(weight.shape)))
            weight.copy_(values if values.shape == weight.shape else values.T)
    return head


def _filled_head(code: Code, dropout: float = 0.0) -> Any:
    """Make a head from 8 numbers to 3 classes whose weights depend on nothing but their shape."""

    def fill(shape: tuple[int, ...]) -> Tensor:
        return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)))

    return _fill(code.multitask.ClassificationHead(8, 3, dropout), fill)


def _shapes(head: nn.Module) -> list[list[int]]:
    """List the shapes of a head's weights in an order that does not depend on how the head is written."""
    return sorted(sorted(weight.shape) for weight in head.parameters())


def _dropped(head: nn.Module) -> Tensor:
    """Classify 2000 times with a head from 8 numbers to 3 classes whose logits are sums of 4 hidden units of 1 each."""
    values: dict[tuple[int, ...], float] = {(4, 8): 1 / 8, (3, 4): 1.0}
    _fill(head.train(), lambda shape: torch.full(shape, values.get(shape, 0.0)))
    return torch.cat([head(torch.ones(100, 8)) for _ in range(20)])


@suite.check("turns embeddings into raw logits by Linear, ReLU and Linear")
def formula(code: Code, rng: torch.Generator) -> Any:
    return _filled_head(code)(torch.randn(6, 8, generator=rng))


@suite.check("has a hidden layer half as wide as the embedding, and as many logits as classes")
def shapes(code: Code, rng: torch.Generator) -> Any:
    make, sizes = code.multitask.ClassificationHead, ((8, 3), (9, 2), (20, 7))
    heads = {f"from {dim} numbers to {classes} classes": make(dim, classes) for dim, classes in sizes}
    heads["from 6 numbers to 1 class"] = make(dim=6, classes=1, dropout=0.1)
    return {name: _shapes(head) for name, head in heads.items()}


@suite.check("is made for 512 numbers, two classes and a dropout of 0.5 if nothing else is asked for")
def default_sizes(code: Code, rng: torch.Generator) -> Any:
    return _shapes(code.multitask.ClassificationHead())


@suite.check("drops half of the hidden units in train mode by default")
def default_dropout(code: Code, rng: torch.Generator) -> Any:
    head = code.multitask.ClassificationHead(8, 3)
    return {"dropout": 0.5, "logits": _dropped(head)}


@suite.check("drops as many hidden units as `dropout` says, and scales up the others")
def dropout(code: Code, rng: torch.Generator) -> Any:
    head = code.multitask.ClassificationHead(8, 3, 0.2)
    return {"dropout": 0.2, "logits": _dropped(head)}


@suite.check("drops nothing in eval mode")
def no_dropout(code: Code, rng: torch.Generator) -> Any:
    embeddings, head = torch.randn(6, 8, generator=rng), _filled_head(code, 0.5).eval()
    return bool((head(embeddings) - _filled_head(code)(embeddings)).abs().max() < 1e-5)


@suite.check("remembers its number of classes as `classes`")
def classes(code: Code, rng: torch.Generator) -> Any:
    return {f"asked for {number}": code.multitask.ClassificationHead(8, number).classes for number in (2, 3, 7)}


@suite.check("passes gradients on to its weights and to the embeddings")
def head_gradients(code: Code, rng: torch.Generator) -> Any:
    head, embeddings = _filled_head(code), torch.randn(6, 8, generator=rng).requires_grad_()
    (head(embeddings) * torch.randn(6, 3, generator=rng)).sum().backward()
    weights = {f"weight of shape {sorted(weight.shape)}": weight.grad.abs().sum() for weight in head.parameters()}
    return {"embeddings": embeddings.grad, **weights}


@suite.check("classifies a single sentence, and gives a single class its own column")
def one_sentence(code: Code, rng: torch.Generator) -> Any:
    embeddings = torch.randn(1, 8, generator=rng)
    logits = code.multitask.ClassificationHead(8, 1)(embeddings)
    return {"three classes": _filled_head(code)(embeddings), "shape for one class": list(logits.shape)}


@suite.check("classifies float16, bfloat16 and transposed embeddings, and leaves them as they were", slack=4)
def awkward_embeddings(code: Code, rng: torch.Generator) -> Any:
    seen = {}
    for dtype in (torch.float16, torch.bfloat16, torch.float32):
        embeddings = torch.randn(8, 5, generator=rng).to(dtype).T
        before = embeddings.clone()
        seen[f"logits, {dtype}"] = _filled_head(code).to(dtype)(embeddings)
        seen[f"embeddings as they were, {dtype}"] = torch.equal(embeddings, before)
    return seen


@suite.check("starts every head with random weights of its own")
def own_weights(code: Code, rng: torch.Generator) -> Any:
    heads = [code.multitask.ClassificationHead(8, 3, 0.0) for _ in range(2)]
    embeddings = torch.randn(6, 8, generator=rng)
    weights = [max(head.parameters(), key=torch.numel) for head in heads]
    heads[0](embeddings).square().sum().backward()
    return {
        "different": not torch.equal(*weights),
        "random": [bool(weight.std() > 0) for weight in weights],
        "learn together": any(weight.grad is not None for weight in heads[1].parameters()),
    }
