"""Checks of exercise 5.8, `TaggingSentenceTransformer.forward`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from ...protocol.suite import Case, Code, Suite, WrongForm, case
from ..inputs import lengths_to_mask, outcome, send_back, tenths
from ..models import (
    LONGEST,
    PADDED,
    SENTENCES,
    embedded_batches,
    mode_of_each,
    stand_in,
    tiny_bert,
    tiny_distilbert,
    tiny_tokenizer,
    tiny_tokens,
)
from ..pools import DTYPES

suite = Suite(sees="the output")

NAMES = ("sentence_logits", "tag_logits")
HIDDEN = 8  # width of the stand-in for a transformer


def _tagger(code: Code, rng: torch.Generator, backbone: Any, **options: Any) -> Any:
    """Make a tagger of width 4 with three classes and five tags, in eval mode, whose LayerNorm is no identity."""
    model = code.tagging.TaggingSentenceTransformer(
        backbone, tiny_tokenizer(), **{"classes": 3, "tags": 5, "dim": 4, "max_length": LONGEST, **options}
    )
    with torch.no_grad():
        for weight in model.layer_norm.parameters():
            weight.add_(0.5 * torch.rand(weight.shape, generator=rng))
    return model.eval()


def _model(code: Code, rng: torch.Generator, **options: Any) -> Any:
    return _tagger(code, rng, stand_in(rng, HIDDEN), **options)


def _cached(rng: torch.Generator, lengths: tuple[int, ...] = (3, 1)) -> dict[str, Tensor]:
    """Make vectors of tokens as a transformer gives them, padding included, and their mask."""
    mask = lengths_to_mask(lengths)
    return {"attention_mask": mask, "tokens": tenths(torch.randn(*mask.shape, HIDDEN, generator=rng))}


def _of_tokens(label: str, model: Any, tokens: dict[str, Tensor]) -> Case:
    """Make the case of one batch."""
    return case(label, partial(model, **tokens), input_ids=tokens["input_ids"], mask=tokens["attention_mask"])


def _of_cached(label: str, model: Any, cached: dict[str, Tensor]) -> Case:
    """Make the case of vectors that were computed earlier."""
    return case(label, partial(model, **cached), tokens=cached["tokens"], mask=cached["attention_mask"])


def _part(output: Any, name: str) -> Tensor:
    """Take one part of an output; whoever looks inside must be sure that it is there."""
    part = getattr(output, name, None)
    if not isinstance(part, Tensor):
        raise WrongForm(f"a TaggingOutput with `{name}` was expected, got {type(output).__name__}")
    return part


@suite.check("gives the logits of each sentence and of each token")
def two_outputs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, tokens in embedded_batches().items():
        yield _of_tokens(label, _model(code, rng), tokens)


@suite.check("reads the tags from each token's own vector", sees="the logits of the tags")
def own_vectors(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, width in {"embeddings as wide as tokens": HIDDEN, "embeddings narrower than tokens": 4}.items():
        model, cached = _model(code, rng, dim=width), _cached(rng, (2,))
        see = partial(lambda model, cached: _part(model(**cached), "tag_logits"), model, cached)
        yield case(f"two tokens, {label}", see, tokens=cached["tokens"])


@suite.check("takes vectors that were computed earlier, and pools them with their mask")
def cached_tokens(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "one sentence, no padding": (3,),
        "two sentences, padded": (3, 1),
        "forty sentences, padded": (4, 2, 3, 1) * 10,
    }
    for label, lengths in cases.items():
        yield _of_cached(label, _model(code, rng), _cached(rng, lengths))


@suite.check("runs the transformer once for both tasks, and not at all where there are vectors")
def one_run(code: Code, rng: torch.Generator) -> Iterator[Case]:
    given = {"input_ids": tiny_tokens(PADDED), "tokens": _cached(rng)}
    given["both"] = {**given["input_ids"], "tokens": torch.zeros(*given["input_ids"]["input_ids"].shape, HIDDEN)}
    for name, inputs in given.items():
        yield case(f"given {name}", partial(_runs, _model(code, rng), inputs))


def _runs(model: Any, given: dict[str, Tensor]) -> Any:
    runs: list[int] = []
    model.transformer.register_forward_hook(lambda *arguments: runs.append(1))
    model(**given)
    return {"runs of the transformer": len(runs)}


@suite.check("prefers the vectors where there are ids too")
def vectors_first(code: Code, rng: torch.Generator) -> Iterator[Case]:
    ids = tiny_tokens(PADDED)
    tokens = tenths(torch.randn(*ids["input_ids"].shape, HIDDEN, generator=rng))
    yield case("ids and vectors", partial(_model(code, rng), **ids, tokens=tokens), tokens=tokens)


@suite.check("asks the mask where the padding is, not the ids")
def masked(code: Code, rng: torch.Generator) -> Iterator[Case]:
    ids = torch.tensor([[2, 7, 9, 3], [2, 8, 11, 3]])
    for label, row in {"nothing hidden": [1, 1, 1, 1], "a word that the mask hides": [1, 0, 1, 1]}.items():
        tokens = {"input_ids": ids, "attention_mask": torch.tensor([[1, 1, 1, 1], row])}
        yield _of_tokens(label, _model(code, rng), tokens)


@suite.check("works with a BERT, a DistilBERT, the maximum and other numbers of classes and tags")
def another_backbone(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, backbone in {"a BERT": tiny_bert(rng, 1), "a DistilBERT": tiny_distilbert(rng, 1)}.items():
        model = _tagger(code, rng, backbone, pooling="max", classes=5, tags=3)
        yield _of_tokens(f"{label}, five classes, three tags", model, tiny_tokens(PADDED))


@suite.check("lets each task teach the transformer and its own head, and the tags nothing that only sentences need")
def who_learns(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for name in NAMES:
        yield case(f"a loss of {name}", partial(_learning, _model(code, rng), name))


def _learning(model: Any, name: str) -> Any:
    logits = _part(model(**tiny_tokens(PADDED)), name)
    send_back(logits, logits.detach() + 1, name)
    learning = {part.partition(".")[0] for part, weight in model.named_parameters() if _reached(weight)}
    return {part: "learns" if part in learning else "does not learn" for part, _ in model.named_children()}


def _reached(weight: nn.Parameter) -> bool:
    return weight.grad is not None and bool(weight.grad.abs().max() > 0)


@suite.check("sends the right gradient through both logits", slack=10)
def both_gradients(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sentences in {"two sentences": PADDED, "forty sentences": SENTENCES * 4}.items():
        tokens = tiny_tokens(sentences)
        shapes = ((len(sentences), 3), (*tokens["input_ids"].shape, 5))
        factors = {name: torch.randn(shape, generator=rng) for name, shape in zip(NAMES, shapes, strict=True)}
        yield case(label, partial(_gradients, _model(code, rng), tokens, factors))


def _gradients(model: Any, tokens: dict[str, Tensor], factors: dict[str, Tensor]) -> Any:
    output = model(**tokens)
    parts = {name: _part(output, name) for name in NAMES}
    for name, factor in factors.items():
        if parts[name].shape != factor.shape or not parts[name].requires_grad:
            send_back(parts[name], factor, name)  # it says why not
    torch.stack([(factor * parts[name]).sum() for name, factor in factors.items()]).sum().backward()
    weights = {
        "the linear layer": model.projection.weight,
        "the word embeddings": model.transformer.embeddings.words.weight,
    }
    return {f"the gradient of {name}": weight.grad for name, weight in weights.items()}


@suite.check("gives both heads the same run, dropout included: a sentence is pooled from the vectors that are tagged")
def same_run(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for mode in ("eval mode", "train mode"):
        model = _model(code, rng)
        model.transformer.train(mode == "train mode")
        yield case(f"the transformer in {mode}", partial(_by_hand, model))


def _by_hand(model: Any) -> Any:
    """Catch the transformer's vectors, and compute both logits from them."""
    caught: list[Tensor] = []
    model.transformer.register_forward_hook(lambda _, __, output: caught.append(output.last_hidden_state))
    tokens = tiny_tokens(PADDED)
    output = model(**tokens)
    if not caught:
        raise WrongForm("the transformer was not run")
    pooled = model.project(model.pool(caught[0], tokens["attention_mask"]))
    wanted = (model.sentence_classifier(pooled), model.tag_classifier(caught[0]))
    return {
        f"{name}, less what its head makes of the first run": _part(output, name) - logits
        for name, logits in zip(NAMES, wanted, strict=True)
    }


@suite.check("refuses to run without a mask, or with neither ids nor vectors", careful=True)
def nothing_to_do(code: Code, rng: torch.Generator) -> Iterator[Case]:
    ids, cached = tiny_tokens(PADDED), _cached(rng)
    cases: dict[str, dict[str, Tensor]] = {
        "nothing": {},
        "nothing but the mask": {"attention_mask": cached["attention_mask"]},
        "ids without a mask": {"input_ids": ids["input_ids"]},
        "vectors without a mask": {"tokens": cached["tokens"]},
    }
    for label, given in cases.items():
        yield case(label, partial(outcome, partial(_model(code, rng), **given)), **given)


@suite.check("takes vectors in other precisions", slack=2, careful=True)
def precisions(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cached = _cached(rng)
    for name, dtype in DTYPES.items():
        given = {**cached, "tokens": cached["tokens"].to(dtype)}
        yield case(name, partial(_model(code, rng).to(dtype), **given))


@suite.check("leaves the modes and the inputs as they were", careful=True)
def inputs_stay(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for name, given in {"ids": tiny_tokens(PADDED), "vectors": _cached(rng)}.items():
        model = _model(code, rng).train()
        model.transformer.eval()
        yield case(f"{name}, a model in train mode", partial(_afterwards, model, given), **given)


def _afterwards(model: Any, given: dict[str, Tensor]) -> Any:
    shapes = {name: list(_part(model(**given), name).shape) for name in NAMES}
    return {
        "the shapes of the output": shapes,
        **{f"{name} afterwards": tensor for name, tensor in given.items()},
        "the modes afterwards": mode_of_each(model),
    }
