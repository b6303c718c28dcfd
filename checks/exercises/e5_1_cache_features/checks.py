"""Checks of exercise 5.1, `cache_features`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch

from ...protocol.suite import Case, Code, Suite, case, expect
from ..inputs import outcome
from ..models import SENTENCES, WORDS, mode_of_each
from ..training import small_model, state_of, weights_of

suite = Suite(sees="the features")

FEW = {
    "one sentence": ["a film"],
    "two sentences of one length": ["a film", "it crashes"],
    "two sentences, padded": ["good", "the router is slow"],
    "four sentences, padded": ["it crashes", "the router is slow", "good", "the laptop works"],
    "the same sentence twice, padded": ["good", "a film", "good"],
}


def _many_sentences(rng: torch.Generator) -> list[str]:
    """Make more sentences than one batch holds, in no order: one word, a few, or more than the model reads."""
    lengths = torch.randint(1, 25, (90,), generator=rng).tolist()
    draws = (torch.randint(len(WORDS), (length,), generator=rng).tolist() for length in [1, 24, *lengths])
    return [" ".join(WORDS[index] for index in draw) for draw in draws]


def _features(code: Code, model: Any, sentences: Any) -> torch.Tensor:
    return expect(torch.Tensor, code.trainer.cache_features(model, list(sentences)), "the features")


@suite.check("gives the pooled features of each sentence, padding left out")
def few_sentences(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sentences in FEW.items():
        model = small_model(code, rng, hidden=2)
        yield case(label, partial(code.trainer.cache_features, model, sentences), sentences=sentences)


@suite.check("gives them in the order of the sentences, however many batches there are")
def many_sentences(code: Code, rng: torch.Generator) -> Iterator[Case]:
    sentences = _many_sentences(rng)
    for label, number in {"ten sentences, one batch": 10, "92 sentences, several batches": 92}.items():
        yield case(label, partial(code.trainer.cache_features, small_model(code, rng), sentences[:number]))


@suite.check("pools as the model does")
def poolings(code: Code, rng: torch.Generator) -> Iterator[Case]:
    sentences = FEW["two sentences, padded"]
    for pooling in ("mean", "max"):
        model = small_model(code, rng, hidden=2, pooling=pooling)
        label = f"a model that pools with the {pooling}"
        yield case(label, partial(code.trainer.cache_features, model, sentences), sentences=sentences)


@suite.check("cuts off what is longer than the model reads")
def longest(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {"within the model's max_length": "the router is", "longer than the model's max_length": SENTENCES[6]}
    for label, sentence in cases.items():
        model = small_model(code, rng, hidden=2, max_length=6)
        yield case(label, partial(code.trainer.cache_features, model, [sentence]), sentences=[sentence])


@suite.check("switches dropout off, also for a model in train mode")
def without_dropout(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for mode in ("eval", "train"):
        model = small_model(code, rng, dropout=True).train(mode == "train")
        yield case(f"a model in {mode} mode", partial(code.trainer.cache_features, model, SENTENCES[:4]))


@suite.check("leaves the model in the mode that it had")
def mode_restored(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(training: bool) -> Any:
        model = small_model(code, rng).train(training)
        _features(code, model, SENTENCES[:3])
        return {"the modes afterwards": mode_of_each(model)}

    yield case("a model in train mode", partial(see, True))
    yield case("a model in eval mode", partial(see, False))


@suite.check("keeps no gradients")
def no_gradients(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see() -> Any:
        features = _features(code, small_model(code, rng), SENTENCES[:3])
        return {"the features": "still hold their graph" if features.requires_grad else "detached"}

    yield case("three sentences", see)


@suite.check("leaves the model ready for the training that follows")
def trainable_afterwards(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(tokens: bool) -> Any:
        model = small_model(code, rng)
        features = _features(code, model, SENTENCES[:3])
        inputs = model.features(**model.tokenize(list(SENTENCES[:3]))) if tokens else features[[0, 2, 1]]
        model.project(inputs).sum().backward()
        layers = {"projection": model.projection, "embeddings": model.transformer.embeddings}
        return {f"the gradient of the {name}": layer.weight.grad for name, layer in layers.items()}

    yield case("the features in another order", partial(see, False))
    yield case("the sentences themselves", partial(see, True))


@suite.check("gives every part of the model the mode back that it had", careful=True)
def modes_restored(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(training: bool) -> Any:
        model = small_model(code, rng).train(training)
        model.transformer.encoder.layer[0].train(not training)
        _features(code, model, SENTENCES[:3])
        return {"the modes afterwards": mode_of_each(model)}

    yield case("a model in train mode, one layer in eval mode", partial(see, True))
    yield case("a model in eval mode, one layer in train mode", partial(see, False))


@suite.check("leaves the model as it was, also after an error", careful=True)
def state_afterwards(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(broken: bool) -> Any:
        model = small_model(code, rng, dropout=True).train()
        if broken:
            model.transformer.encoder.layer[1][0].weight.data = torch.zeros(8, 3)
        result = outcome(lambda: tuple(code.trainer.cache_features(model, SENTENCES[:3]).shape))
        if broken and isinstance(result, tuple):
            return {"the error in the backbone": "was not met"}
        return {
            "the features' shape": "an error" if broken else result,
            **state_of(model),
            "weights": weights_of(model),
        }

    yield case("all goes well", partial(see, False))
    yield case("an error in the backbone", partial(see, True))


@suite.check("keeps the model's precision", careful=True, slack=3)
def precision(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for dtype in (torch.bfloat16, torch.float16, torch.float64):
        model = small_model(code, rng).to(dtype)
        yield case(str(dtype).removeprefix("torch."), partial(code.trainer.cache_features, model, SENTENCES[:4]))


@suite.check("gives the features on the model's device", careful=True)
def on_device(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see() -> Any:
        features = _features(code, small_model(code, rng).to("meta"), SENTENCES)
        return {"the features' device": features.device.type, "the features' shape": tuple(features.shape)}

    yield case("a model on the device 'meta', which holds no numbers", see)


@suite.check("leaves the sentences as they were", careful=True)
def sentences_kept(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see() -> Any:
        sentences = list(SENTENCES[:4])
        features = code.trainer.cache_features(small_model(code, rng), sentences)
        return {"the features": features, "the sentences afterwards": sentences}

    yield case("four sentences", see)
