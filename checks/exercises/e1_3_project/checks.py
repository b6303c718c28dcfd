"""Checks of exercise 1.3, `project`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ...protocol.suite import Case, Code, Suite, case, expect
from ..inputs import send_back, tenths
from ..models import gradients_of, mode_of_each, stand_in, tiny_encoder
from ..pools import DTYPES

suite = Suite(sees="the embeddings")

ROWS = {"one sentence": 1, "two sentences": 2, "four sentences": 4, "forty sentences": 40}


def _encoder(code: Code, rng: torch.Generator, hidden: int = 3, dim: int = 4) -> Any:
    """Make a sentence transformer whose transformer costs little, as it is not run."""
    return tiny_encoder(code, rng, stand_in(rng, hidden), dim=dim)


def _features(rng: torch.Generator, batch: int = 3, hidden: int = 3) -> Tensor:
    """Make pooled features."""
    return tenths(torch.randn(batch, hidden, generator=rng))


def _lengths(encoder: Any, features: Tensor) -> Any:
    embeddings = expect(Tensor, encoder.project(features), "the embeddings")
    lengths: Tensor = torch.linalg.vector_norm(embeddings, dim=-1)
    return lengths


@suite.check("maps features by the linear layer, LayerNorm and L2 norm, in this order")
def projected(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, batch in ROWS.items():
        encoder, features = _encoder(code, rng), _features(rng, batch)
        yield case(label, partial(encoder.project, features), features=features)


@suite.check("gives each row length 1", sees="the lengths of the rows")
def unit_rows(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, scale in {"usual features": 1.0, "large features": 1000.0}.items():
        encoder, features = _encoder(code, rng), scale * _features(rng)
        yield case(label, partial(_lengths, encoder, features), features=features)


@suite.check("gives the same features the same embedding every time, in train mode too", sees="two runs")
def projected_twice(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for mode in ("eval mode", "train mode"):
        encoder, features = _encoder(code, rng).train(mode == "train mode"), _features(rng)
        yield case(mode, partial(_twice, encoder, features), features=features)


def _twice(encoder: Any, features: Tensor) -> Any:
    return encoder.project(features), encoder.project(features)


@suite.check("does the same in train mode as in eval mode")
def projected_in_train_mode(code: Code, rng: torch.Generator) -> Iterator[Case]:
    features = _features(rng)
    for mode in ("eval mode", "train mode"):
        encoder = _encoder(code, rng).train(mode == "train mode")
        yield case(mode, partial(encoder.project, features), features=features)


@suite.check("projects to any width, wider or narrower than the transformer")
def other_widths(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, hidden, dim in (("wider", 2, 5), ("narrower", 5, 3), ("much wider", 2, 40)):
        encoder, features = _encoder(code, rng, hidden, dim), _features(rng, 2, hidden)
        yield case(label, partial(encoder.project, features), features=features)


@suite.check("lets gradients reach the features, the linear layer and LayerNorm", slack=10)
def projected_gradients(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, batch in {"one sentence": 1, "two sentences": 2, "forty sentences": 40}.items():
        encoder, features = _encoder(code, rng), _features(rng, batch)
        factors = torch.randn(batch, 4, generator=rng)
        yield case(label, partial(_gradients, encoder, features, factors), features=features)


def _gradients(encoder: Any, features: Tensor, factors: Tensor) -> Any:
    send_back(encoder.project(features.requires_grad_()), factors, "the embeddings")
    of_weights = {f"the gradient of {name}": gradient for name, gradient in gradients_of(encoder).items()}
    return {"the gradient of the features": features.grad, **of_weights}


@suite.check("gives rows of length 1 for tiny features as well", careful=True)
def tiny_features(code: Code, rng: torch.Generator) -> Iterator[Case]:
    encoder, features = _encoder(code, rng), 0.001 * _features(rng)
    yield case("features of about 0.001", partial(encoder.project, features), features=features)


@suite.check("works in other precisions than float32", careful=True)
def projected_in_half(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for name in ("float16", "bfloat16", "float64"):
        encoder, features = _encoder(code, rng).to(DTYPES[name]), _features(rng).to(DTYPES[name])
        yield case(name, partial(_in_its_dtype, encoder, features), features=features)


def _in_its_dtype(encoder: Any, features: Tensor) -> Tensor:
    # Which dtype comes back is not asked for; how exact it is must fit the model's.
    return expect(Tensor, encoder.project(features)).to(features.dtype)


@suite.check("takes features in any memory layout", careful=True)
def projected_views(code: Code, rng: torch.Generator) -> Iterator[Case]:
    encoder, features = _encoder(code, rng), _features(rng)
    for label, view in {"contiguous": features, "a view, transposed": features.T.contiguous().T}.items():
        yield case(label, partial(encoder.project, view), features=view)


@suite.check("leaves the model's modes and the features as they were", careful=True)
def projected_afterwards(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for mode in ("eval mode", "train mode"):
        encoder, features = _encoder(code, rng).train(mode == "train mode"), _features(rng)
        yield case(mode, partial(_afterwards, encoder, features), features=features)


def _afterwards(encoder: Any, features: Tensor) -> Any:
    result = encoder.project(features)
    return {
        "the embeddings": result,
        "the features afterwards": features,
        "the modes afterwards": mode_of_each(encoder),
    }
