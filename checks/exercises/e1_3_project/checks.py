"""Checks of exercise 1.3, `project`."""

from typing import Any

import torch
from torch import Tensor

from ...protocol.suite import Code, Suite
from ..inputs import HALVES
from ..models import gradients_of, mode_of_each, tiny_encoder

suite = Suite()


HIDDEN = 16  # width of the tiny transformers


def _features(rng: torch.Generator, batch: int = 5) -> Tensor:
    """Make pooled features."""
    return torch.randn(batch, HIDDEN, generator=rng)


@suite.check("maps features by the linear layer, LayerNorm and L2 norm, in this order")
def projected(code: Code, rng: torch.Generator) -> Any:
    return tiny_encoder(code, rng).project(_features(rng))


@suite.check("gives each row length 1, whether the features are large or small")
def unit_rows(code: Code, rng: torch.Generator) -> Any:
    encoder = tiny_encoder(code, rng)
    scales = {"small features": 0.01, "usual features": 1.0, "large features": 1000.0}
    return {name: encoder.project(scale * _features(rng)).norm(dim=1) for name, scale in scales.items()}


@suite.check("gives a sentence the same embedding alone and in a batch")
def projected_alone(code: Code, rng: torch.Generator) -> Any:
    encoder, features = tiny_encoder(code, rng), _features(rng)
    one_by_one = torch.cat([encoder.project(row.unsqueeze(0)) for row in features])
    return {"one sentence": encoder.project(features[:1]), "one after the other": one_by_one}


@suite.check("projects to any width, wider or narrower than the transformer")
def other_widths(code: Code, rng: torch.Generator) -> Any:
    return {f"width {dim}": tiny_encoder(code, rng, dim=dim).project(_features(rng)) for dim in (3, 40)}


@suite.check("gives the same in train mode, and leaves model and features as they were")
def projected_in_train_mode(code: Code, rng: torch.Generator) -> Any:
    encoder, features = tiny_encoder(code, rng).train(), _features(rng)
    return {"embeddings": encoder.project(features), "features": features, "modes": mode_of_each(encoder)}


@suite.check("works in half precision")
def projected_in_half(code: Code, rng: torch.Generator) -> Any:
    encoder, features = tiny_encoder(code, rng), _features(rng)
    # Which dtype comes back is not asked for; how exact it is must fit the model's.
    return {str(dtype): encoder.to(dtype).project(features.to(dtype)).to(dtype) for dtype in HALVES}


@suite.check("takes features in any memory layout")
def projected_views(code: Code, rng: torch.Generator) -> Any:
    features = _features(rng)
    return tiny_encoder(code, rng).project(features.T.contiguous().T)


@suite.check("lets gradients reach the features, the linear layer and LayerNorm", slack=10)
def projected_gradients(code: Code, rng: torch.Generator) -> Any:
    encoder, features = tiny_encoder(code, rng), _features(rng).requires_grad_()
    (encoder.project(features) * torch.randn(5, 8, generator=rng)).sum().backward()
    return {"features": features.grad, **gradients_of(encoder)}
