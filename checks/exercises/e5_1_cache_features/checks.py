"""Checks of exercise 5.1, `cache_features`."""

from functools import partial
from types import SimpleNamespace
from typing import Any

import torch
from torch import nn
from transformers import BertConfig

from ...protocol.suite import Code, Suite
from ..models import SENTENCES, SPECIAL, WORDS, modes_changed_by, tiny_model
from ..training import weights_of

suite = Suite()


def _many_sentences(rng: torch.Generator) -> list[str]:
    """Make more sentences than one batch holds, in no order: one word, a few, or more than the model reads."""
    lengths = torch.randint(1, 25, (90,), generator=rng).tolist()
    draws = (torch.randint(len(WORDS), (length,), generator=rng).tolist() for length in [1, 24, *lengths])
    return [" ".join(WORDS[index] for index in draw) for draw in draws]


@suite.check("gives the pooled features of each sentence, in the order of the sentences")
def features_in_order(code: Code, rng: torch.Generator) -> Any:
    return code.trainer.cache_features(tiny_model(code, rng), _many_sentences(rng))


@suite.check("pools as the model does, and works for a single sentence of one word")
def max_pooled(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng, pooling="max")
    cases = {"one sentence": ["good"], "many sentences": list(SENTENCES)}
    return {name: code.trainer.cache_features(model, sentences) for name, sentences in cases.items()}


@suite.check("switches dropout off, also for a model in train mode")
def features_without_dropout(code: Code, rng: torch.Generator) -> Any:
    return code.trainer.cache_features(tiny_model(code, rng).train(), list(SENTENCES))


@suite.check("gives every part of the model the mode back that it had")
def modes_restored(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng)
    return modes_changed_by(model, partial(code.trainer.cache_features, model, list(SENTENCES)))


@suite.check("keeps no gradients")
def features_without_gradients(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng)
    features = code.trainer.cache_features(model, list(SENTENCES))
    learnable = {name: parameter.requires_grad for name, parameter in model.named_parameters()}
    return {"the features need a gradient": features.requires_grad, "the weights need one": learnable}


@suite.check("keeps the model's precision", slack=3)
def features_in_half_precision(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng)
    dtypes = (torch.bfloat16, torch.float16, torch.float64)
    return {str(dtype): code.trainer.cache_features(model.to(dtype), list(SENTENCES)) for dtype in dtypes}


class _Words(nn.Module):
    """A backbone that only looks words up: it runs even on a device without numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.config = BertConfig(vocab_size=len(SPECIAL) + len(WORDS), hidden_size=16)
        self.embeddings = nn.Embedding(self.config.vocab_size, self.config.hidden_size)

    def forward(self, input_ids: Any = None, attention_mask: Any = None, **options: Any) -> Any:
        return SimpleNamespace(last_hidden_state=self.embeddings(input_ids))


@suite.check("gives the features on the model's device")
def features_on_device(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng)
    model.transformer = _Words()
    features = code.trainer.cache_features(model.to("meta"), list(SENTENCES))
    return {"device": features.device.type, "shape": list(features.shape)}


@suite.check("leaves the sentences and the weights as they were")
def sentences_kept(code: Code, rng: torch.Generator) -> Any:
    model, sentences = tiny_model(code, rng), list(SENTENCES)
    code.trainer.cache_features(model, sentences)
    return {"sentences": sentences, "weights": weights_of(model)}


@suite.check("leaves gradients switched on for the training that follows")
def gradients_afterwards(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng)
    features = code.trainer.cache_features(model, list(SENTENCES))
    model.project(features[[0, 2, 1]]).sum().backward()  # as a batch takes its rows
    return {"gradients are on": torch.is_grad_enabled(), "gradient": model.projection.weight.grad}
