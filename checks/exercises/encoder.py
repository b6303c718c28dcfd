"""Checks of `encoder.py`."""

import contextlib
import io
import os
from functools import partial
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor

from ..compare import difference
from ..exercise import exercise
from .models import (
    LONGEST,
    SENTENCES,
    WORDS,
    mode_of_each,
    modes_changed_by,
    tiny_distilbert,
    tiny_encoder,
    tiny_model,
    tiny_tokenizer,
    tiny_tokens,
)

project = exercise("1.3")
forward = exercise("1.4")
encode = exercise("1.5")

HIDDEN = 16  # width of the tiny transformers
HALVES = (torch.float16, torch.bfloat16)


def _features(rng: torch.Generator, batch: int = 5) -> Tensor:
    """Make pooled features."""
    return torch.randn(batch, HIDDEN, generator=rng)


def _gradients(model: torch.nn.Module) -> dict[str, Tensor | None]:
    """Give the gradient of each parameter."""
    return {name: parameter.grad for name, parameter in model.named_parameters()}


def _sentences(rng: torch.Generator, count: int) -> list[str]:
    """Put random words together to sentences of one to twelve words."""
    lengths = torch.randint(1, 13, (count,), generator=rng).tolist()
    return [" ".join(WORDS[i] for i in torch.randint(len(WORDS), (length,), generator=rng)) for length in lengths]


@project.check("maps features by the linear layer, LayerNorm and L2 norm, in this order")
def projected(course: Any, rng: torch.Generator) -> Any:
    return tiny_encoder(course, rng).project(_features(rng))


@project.check("gives each row length 1, whether the features are large or small")
def unit_rows(course: Any, rng: torch.Generator) -> Any:
    encoder = tiny_encoder(course, rng)
    scales = {"small features": 0.01, "usual features": 1.0, "large features": 1000.0}
    return {name: encoder.project(scale * _features(rng)).norm(dim=1) for name, scale in scales.items()}


@project.check("gives a sentence the same embedding alone and in a batch")
def projected_alone(course: Any, rng: torch.Generator) -> Any:
    encoder, features = tiny_encoder(course, rng), _features(rng)
    one_by_one = torch.cat([encoder.project(row.unsqueeze(0)) for row in features])
    return {"one sentence": encoder.project(features[:1]), "one after the other": one_by_one}


@project.check("projects to any width, wider or narrower than the transformer")
def other_widths(course: Any, rng: torch.Generator) -> Any:
    return {f"width {dim}": tiny_encoder(course, rng, dim=dim).project(_features(rng)) for dim in (3, 40)}


@project.check("gives the same in train mode, and leaves model and features as they were")
def projected_in_train_mode(course: Any, rng: torch.Generator) -> Any:
    encoder, features = tiny_encoder(course, rng).train(), _features(rng)
    return {"embeddings": encoder.project(features), "features": features, "modes": mode_of_each(encoder)}


@project.check("works in half precision")
def projected_in_half(course: Any, rng: torch.Generator) -> Any:
    encoder, features = tiny_encoder(course, rng), _features(rng)
    # Which dtype comes back is not asked for; how exact it is must fit the model's.
    return {str(dtype): encoder.to(dtype).project(features.to(dtype)).to(dtype) for dtype in HALVES}


@project.check("takes features in any memory layout")
def projected_views(course: Any, rng: torch.Generator) -> Any:
    features = _features(rng)
    return tiny_encoder(course, rng).project(features.T.contiguous().T)


@project.check("lets gradients reach the features, the linear layer and LayerNorm", slack=10)
def projected_gradients(course: Any, rng: torch.Generator) -> Any:
    encoder, features = tiny_encoder(course, rng), _features(rng).requires_grad_()
    (encoder.project(features) * torch.randn(5, 8, generator=rng)).sum().backward()
    return {"features": features.grad, **_gradients(encoder)}


@forward.check("embeds tokenized sentences of different lengths")
def embedded(course: Any, rng: torch.Generator) -> Any:
    return tiny_encoder(course, rng)(**tiny_tokens())


@forward.check("gives a sentence the same embedding alone as beside longer ones")
def embedded_alone(course: Any, rng: torch.Generator) -> Any:
    encoder = tiny_encoder(course, rng)
    alone = [encoder(**tiny_tokens((sentence,))) for sentence in SENTENCES[:4]]
    return {"alone": torch.cat(alone), "together": encoder(**tiny_tokens(SENTENCES[:4]))}


@forward.check("embeds sentences of a single token")
def embedded_tokens(course: Any, rng: torch.Generator) -> Any:
    encoder, tokens = tiny_encoder(course, rng), torch.tensor([[7], [9]])
    together = encoder(torch.tensor([[7, 0, 0], [8, 9, 10]]), torch.tensor([[1, 0, 0], [1, 1, 1]]))
    return {"single tokens": encoder(tokens, torch.ones_like(tokens)), "beside a longer sentence": together}


@forward.check("pools as the model was told to: by mean or by max, over a BERT or a DistilBERT")
def other_models(course: Any, rng: torch.Generator) -> Any:
    options = {"pooling": "max", "dim": 5, "max_length": LONGEST}
    distilbert = course.encoder.SentenceTransformer(tiny_distilbert(rng), tiny_tokenizer(), **options).eval()
    bert = tiny_encoder(course, rng, pooling="max")
    return {"BERT": bert(**tiny_tokens()), "DistilBERT": distilbert(**tiny_tokens())}


@forward.check("works in half precision")
def embedded_in_half(course: Any, rng: torch.Generator) -> Any:
    encoder = tiny_encoder(course, rng)
    return {str(dtype): encoder.to(dtype)(**tiny_tokens()).to(dtype) for dtype in HALVES}


@forward.check("lets gradients reach every layer, down to the word embeddings", slack=10)
def embedded_gradients(course: Any, rng: torch.Generator) -> Any:
    encoder = tiny_encoder(course, rng)
    (encoder(**tiny_tokens()) * torch.randn(4, 8, generator=rng)).sum().backward()
    return _gradients(encoder)


def _dropout_is_on(observed: Any, expected: Any) -> str | None:
    """Judge two embeddings of the same sentences in train mode, and the modes that the model is in afterwards."""
    *embeddings, modes = observed
    for embedding in embeddings:
        found = difference(expected[0].norm(dim=1), embedding.norm(dim=1))
        if found or embedding.shape != expected[0].shape:
            return "in train mode, it gives no embeddings of length 1"
    if len(embeddings) != 2 or difference(*embeddings) is None:
        return "in train mode, the same sentences get the same embedding twice: dropout is off"
    return "the model is in another mode afterwards" if difference(expected[-1], modes) else None


@forward.check("leaves dropout on in train mode, and the model in its mode", judge=_dropout_is_on)
def embedded_in_train_mode(course: Any, rng: torch.Generator) -> Any:
    encoder, tokens = tiny_encoder(course, rng).train(), tiny_tokens()
    return encoder(**tokens), encoder(**tokens), mode_of_each(encoder)


@forward.check("leaves its inputs as they were")
def tokens_afterwards(course: Any, rng: torch.Generator) -> Any:
    tokens = tiny_tokens()
    tiny_encoder(course, rng)(**tokens)
    return tokens


@encode.check("embeds sentences of different lengths, in their order")
def encoded(course: Any, rng: torch.Generator) -> Any:
    return tiny_encoder(course, rng).encode(SENTENCES)


@encode.check("keeps the order of more sentences than one batch holds")
def encoded_batches(course: Any, rng: torch.Generator) -> Any:
    return tiny_encoder(course, rng).encode(_sentences(rng, 150))


@encode.check("gives one vector for one sentence, however short")
def one_sentence(course: Any, rng: torch.Generator) -> Any:
    encoder = tiny_encoder(course, rng)
    return {repr(sentence): encoder.encode(sentence) for sentence in (SENTENCES[0], "good", "a", "")}


@encode.check("gives a row for each sentence of a list or tuple: for one, for none")
def short_lists(course: Any, rng: torch.Generator) -> Any:
    encoder = tiny_encoder(course, rng)
    return {str(sentences): encoder.encode(sentences) for sentences in (["good"], ("a film", "good", "a film"), [])}


@encode.check("cuts off what is too long, and pools as the model was told to")
def encoded_by_other_models(course: Any, rng: torch.Generator) -> Any:
    return tiny_encoder(course, rng, max_length=6, pooling="max", dim=5).encode([SENTENCES[2] * 3, *SENTENCES])


def _same_in_train_mode(observed: Any, expected: Any) -> str | None:
    """Judge embeddings of the same sentences: first in eval mode, then in train mode."""
    in_eval_mode, *in_train_mode = observed
    if any(difference(in_eval_mode, embeddings) for embeddings in in_train_mode):
        return "in train mode, it gives other embeddings than in eval mode: is dropout off?"
    return "the embeddings are wrong in eval mode too" if difference(expected, observed) else None


@encode.check("gives the same embeddings when the model is in train mode", judge=_same_in_train_mode)
def encoded_in_train_mode(course: Any, rng: torch.Generator) -> Any:
    encoder = tiny_encoder(course, rng)
    in_eval_mode = encoder.encode(SENTENCES)
    encoder.train()
    # Each time anew, as the first one may leave the model in eval mode.
    return in_eval_mode, encoder.encode(SENTENCES), encoder.train().encode(SENTENCES)


@encode.check("leaves every part of the model in the mode that it had")
def modes_afterwards(course: Any, rng: torch.Generator) -> Any:
    encoder = tiny_encoder(course, rng)
    cases = {"a string": "good", "a list": ["good", "a film"]}
    return {name: modes_changed_by(encoder, partial(encoder.encode, given)) for name, given in cases.items()}


@encode.check("computes no gradients, but lets training go on afterwards")
def without_gradients(course: Any, rng: torch.Generator) -> Any:
    encoder, seen = tiny_encoder(course, rng), []
    encoder.transformer.register_forward_hook(lambda *_: seen.append(torch.is_grad_enabled()))
    embeddings = encoder.encode(["good", "a film"])
    return {
        "gradients in the transformer": any(seen),
        "gradients in the embeddings": embeddings.requires_grad,
        "gradients afterwards": torch.is_grad_enabled(),
        "weights that learn": {name: parameter.requires_grad for name, parameter in encoder.named_parameters()},
    }


@encode.check("works in half precision, and returns the dtype of the weights")
def encoded_in_half(course: Any, rng: torch.Generator) -> Any:
    encoder = tiny_encoder(course, rng)
    seen = {}
    for dtype in HALVES:
        seen[f"sentences, {dtype}"] = encoder.to(dtype).encode(SENTENCES[:3])
        seen[f"no sentences, {dtype}"] = encoder.encode([])
    return seen


@encode.check("embeds with the two-headed model as well, whose `forward` classifies")
def encoded_by_two_heads(course: Any, rng: torch.Generator) -> Any:
    return tiny_model(course, rng).encode(SENTENCES[:3])


@encode.check("shows a progress bar if asked to, and only then")
def progress_bar(course: Any, rng: torch.Generator) -> Any:
    encoder, shown = tiny_encoder(course, rng), {}
    cases = {"sentences": (SENTENCES,), "one sentence": ("good",)}
    asked = {f"{name}, asked for it": (*arguments, True) for name, arguments in cases.items()}
    for name, arguments in {**cases, **asked}.items():
        # There is a bar on terminals only, and with this variable any stream counts as one.
        with patch.dict(os.environ, FORCE_COLOR="1"), contextlib.redirect_stderr(io.StringIO()) as terminal:
            encoder.encode(*arguments)
        shown[name] = bool(terminal.getvalue())
    return shown


@encode.check("leaves the list of sentences as it was")
def sentences_afterwards(course: Any, rng: torch.Generator) -> Any:
    sentences = list(SENTENCES)
    tiny_encoder(course, rng).encode(sentences)
    return sentences
