"""Checks of exercise 2.1, `ClassificationHead`."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from ...protocol.suite import Case, Code, Suite, WrongForm, case
from ..inputs import afterwards, send_back, tenths
from ..pools import DTYPES

suite = Suite(sees="the logits")


def _fill(head: nn.Module, fill: Callable[[tuple[int, ...]], Tensor]) -> Any:
    """Set all weights of a head, whatever they are called and whichever way round they lie.

    `fill` gets each weight's shape with the smaller number first: outputs before inputs in a head as it is asked for.
    """
    with torch.no_grad():
        for weight in head.parameters():
            values = fill(tuple(sorted(weight.shape)))
            weight.copy_(values if values.shape == weight.shape else values.T)
    return head


def _filled_head(code: Code, dropout: float = 0.0) -> Any:
    """Make a head from 8 numbers to 3 classes, in eval mode, whose weights depend on nothing but their shape."""

    def fill(shape: tuple[int, ...]) -> Tensor:
        return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)))

    return _fill(code.multitask.ClassificationHead(8, 3, dropout), fill).eval()


def _embeddings(rng: torch.Generator, batch: int = 2) -> Tensor:
    return tenths(torch.randn(batch, 8, generator=rng))


def _shapes(make: Callable[[], Any]) -> list[str]:
    """List the shapes of a head's weights in an order that does not depend on how the head is written."""
    return [f"({', '.join(map(str, shape))})" for shape in sorted(sorted(weight.shape) for weight in _weights(make()))]


def _weights(head: Any) -> list[Tensor]:
    if not isinstance(head, nn.Module):
        raise WrongForm(f"a head is a module, but this one is a {type(head).__name__}")
    return list(head.parameters())


@suite.check("has two linear layers: one half as wide as the embedding, one of as many logits as classes")
def shapes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for dim, classes in ((8, 3), (9, 2), (20, 7)):
        see = partial(_named_shapes, partial(code.multitask.ClassificationHead, dim, classes))
        yield case(f"from {dim} numbers to {classes} classes", see, dim=dim, classes=classes)


def _named_shapes(make: Callable[[], Any]) -> Any:
    return {"the shapes of the weights": _shapes(make)}


@suite.check("turns embeddings into raw logits by Linear, ReLU and Linear")
def formula(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, batch in {"one sentence": 1, "three sentences": 3}.items():
        embeddings = _embeddings(rng, batch)
        yield case(label, partial(_filled_head(code), embeddings), embeddings=embeddings)


@suite.check("drops nothing in eval mode")
def no_dropout(code: Code, rng: torch.Generator) -> Iterator[Case]:
    embeddings = _embeddings(rng)
    yield case("a dropout of 0.4", partial(_filled_head(code, 0.4), embeddings), embeddings=embeddings)


@suite.check("drops as many hidden units in train mode as `dropout` says, and scales up the others")
def dropout(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for probability in (0.3, 0.7):
        see = partial(_dropped, partial(code.multitask.ClassificationHead, 8, 3, probability), probability)
        yield case(f"a dropout of {probability}", see)


@suite.check("drops half of the hidden units in train mode by default")
def default_dropout(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("no dropout given", partial(_dropped, partial(code.multitask.ClassificationHead, 8, 3), 0.5))


def _dropped(make: Callable[[], Any], probability: float) -> Any:
    """Classify 2000 equal embeddings with a head whose logits are the sum of its hidden units, 1 each."""
    head = make()
    matrices = sorted(sorted(weight.shape) for weight in _weights(head) if weight.dim() > 1)
    if len(matrices) != 2 or len(_weights(head)) != 4:
        raise WrongForm("there are not two linear layers with a bias each, so no hidden units to look at")
    if matrices != [[3, 4], [4, 8]]:
        raise WrongForm("a hidden layer of 4 units was expected, half as wide as the embedding of 8 numbers")
    _fill(head.train(), lambda shape: torch.full(shape, _one_each(shape)))
    return {"dropout": probability, "units": 4, "logits": torch.cat([head(torch.ones(100, 8)) for _ in range(20)])}


def _one_each(shape: tuple[int, ...]) -> float:
    if len(shape) < 2:
        return 0.0
    return 1 / 8 if shape[-1] == 8 else 1.0


@suite.check("is made for 512 numbers and two classes if nothing else is asked for")
def default_sizes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("no sizes given", partial(_named_shapes, code.multitask.ClassificationHead))


@suite.check("remembers its number of classes as `classes`", sees="`classes`")
def classes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for number in (2, 3, 7):
        yield case(f"{number} classes", partial(_classes, code, number), classes=number)


def _classes(code: Code, number: int) -> Any:
    head = code.multitask.ClassificationHead(8, number)
    if not hasattr(head, "classes"):
        raise WrongForm("the head has no attribute `classes`")
    return head.classes


@suite.check("passes gradients on to its weights and to the embeddings")
def head_gradients(code: Code, rng: torch.Generator) -> Iterator[Case]:
    embeddings, factors = _embeddings(rng), torch.randn(2, 3, generator=rng)
    yield case("two sentences", partial(_gradients, code, embeddings, factors), embeddings=embeddings)


def _gradients(code: Code, embeddings: Tensor, factors: Tensor) -> Any:
    head = _filled_head(code)
    send_back(head(embeddings.requires_grad_()), factors, "the logits")
    sums = {f"the gradient of a weight of shape {sorted(w.shape)}": _sum(w.grad) for w in head.parameters()}
    return {"the gradient of the embeddings": embeddings.grad, **sums}


def _sum(gradient: Tensor | None) -> Tensor | None:
    return None if gradient is None else gradient.abs().sum()


@suite.check("starts every head with random weights of its own")
def own_weights(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("two heads", partial(_two_heads, code, _embeddings(rng)))


def _two_heads(code: Code, embeddings: Tensor) -> Any:
    heads = [code.multitask.ClassificationHead(8, 3, 0.0) for _ in range(2)]
    weights = [max(head.parameters(), key=torch.numel) for head in heads]
    heads[0](embeddings).square().sum().backward()
    learned = any(weight.grad is not None for weight in heads[1].parameters())
    return {
        "the largest weight of both heads": "equal" if torch.equal(*weights) else "different",
        "the numbers in it": "different" if weights[0].std() > 0 else "all equal",
        "when one head learns, the other one": "learns too" if learned else "does not",
    }


@suite.check("gives a single class its own column", careful=True)
def one_class(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("one sentence, one class", partial(_shape_for_one_class, code, _embeddings(rng, 1)))


def _shape_for_one_class(code: Code, embeddings: Tensor) -> Any:
    logits = code.multitask.ClassificationHead(8, 1)(embeddings)
    return {"the shape of the logits": list(logits.shape) if isinstance(logits, Tensor) else logits}


@suite.check("classifies in other precisions than float32", slack=4, careful=True)
def other_precisions(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for name in ("float16", "bfloat16", "float64"):
        embeddings = _embeddings(rng).to(DTYPES[name])
        yield case(name, partial(_filled_head(code).to(DTYPES[name]), embeddings), embeddings=embeddings)


@suite.check("takes embeddings in any memory layout, and leaves them as they were", careful=True)
def views(code: Code, rng: torch.Generator) -> Iterator[Case]:
    embeddings = _embeddings(rng)
    for label, view in {"contiguous": embeddings, "a view, transposed": embeddings.T.contiguous().T}.items():
        yield case(label, partial(afterwards, _filled_head(code), embeddings=view), embeddings=view)
