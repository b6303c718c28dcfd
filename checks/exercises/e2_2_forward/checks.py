"""Checks of exercise 2.2, `forward`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from ...protocol.suite import Case, Code, Suite, WrongForm, case
from ..inputs import outcome, send_back, tenths
from ..models import (
    PADDED,
    SENTENCES,
    embedded_batches,
    mode_of_each,
    stand_in,
    tiny_bert,
    tiny_distilbert,
    tiny_model,
    tiny_tokens,
)
from ..pools import DTYPES

suite = Suite(sees="the output")

TASKS = ("taskA_logits", "taskB_logits")
NAMES = ("embeddings", *TASKS)
HIDDEN = 8  # width of the stand-in for a transformer


def _model(code: Code, rng: torch.Generator, **options: Any) -> Any:
    """Make a two-headed model of width 4."""
    return tiny_model(code, rng, stand_in(rng, HIDDEN), **{"dim": 4, **options})


def _features(rng: torch.Generator, batch: int = 2) -> Tensor:
    return tenths(torch.randn(batch, HIDDEN, generator=rng))


def _of_tokens(label: str, model: Any, tokens: dict[str, Tensor]) -> Case:
    """Make the case of one batch of tokens."""
    ids, mask = tokens["input_ids"], tokens["attention_mask"]
    return case(label, partial(model, ids, mask), input_ids=ids, mask=mask)


def _part(output: Any, name: str) -> Tensor:
    """Take one part of an output; whoever looks inside must be sure that it is there."""
    part = getattr(output, name, None)
    if not isinstance(part, Tensor):
        raise WrongForm(f"a MultiTaskOutput with `{name}` was expected, got {type(output).__name__}")
    return part


def _counted(model: Any) -> list[int]:
    """Count the runs of a model's transformer from now on, in a list that grows by one number for each."""
    runs: list[int] = []
    model.transformer.register_forward_hook(lambda *arguments: runs.append(1))
    return runs


@suite.check("gives the embeddings and each task's logits")
def three_outputs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, tokens in embedded_batches().items():
        yield _of_tokens(label, _model(code, rng), tokens)


@suite.check("takes features that were computed earlier instead of tokens")
def cached(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, dim in {"features as wide as the embedding": HIDDEN, "features wider than the embedding": 4}.items():
        model, features = _model(code, rng, dim=dim), _features(rng)
        yield case(label, partial(model, features=features), features=features)
    model, features = _model(code, rng), _features(rng, 40)
    yield case("features of forty sentences", partial(model, features=features), features=features)


@suite.check("runs the transformer once for both tasks, and not at all where there are features")
def one_run(code: Code, rng: torch.Generator) -> Iterator[Case]:
    tokens, features = tiny_tokens(PADDED), _features(rng)
    inputs = {"tokens": tokens, "features": {"features": features}, "both": {**tokens, "features": features}}
    for name, given in inputs.items():
        yield case(f"given {name}", partial(_runs, _model(code, rng), given))


def _runs(model: Any, given: dict[str, Tensor]) -> Any:
    runs = _counted(model)
    model(**given)
    return {"runs of the transformer": len(runs)}


@suite.check("prefers the features where there are tokens too")
def features_first(code: Code, rng: torch.Generator) -> Iterator[Case]:
    tokens, features = tiny_tokens(PADDED), _features(rng)
    see = partial(_model(code, rng), tokens["input_ids"], tokens["attention_mask"], features)
    yield case("tokens and features", see, features=features)


@suite.check("asks the mask where the padding is, not the tokens")
def masked(code: Code, rng: torch.Generator) -> Iterator[Case]:
    ids = torch.tensor([[2, 7, 9, 3], [2, 8, 11, 3]])
    for label, row in {"nothing hidden": [1, 1, 1, 1], "a word that the mask hides": [1, 0, 1, 1]}.items():
        tokens = {"input_ids": ids, "attention_mask": torch.tensor([[1, 1, 1, 1], row])}
        yield _of_tokens(label, _model(code, rng), tokens)


@suite.check("works with a BERT, a DistilBERT and other numbers of classes")
def another_backbone(code: Code, rng: torch.Generator) -> Iterator[Case]:
    backbones = {"a BERT": tiny_bert(rng, 1), "a DistilBERT": tiny_distilbert(rng, 1)}
    for label, backbone in backbones.items():
        model = tiny_model(code, rng, backbone, pooling="max", dim=4, taskA_classes=1, taskB_classes=5)
        yield _of_tokens(f"{label}, one class and five", model, tiny_tokens(PADDED))


@suite.check("gives both heads the very embeddings that it returns, dropout included")
def same_embeddings(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for mode in ("eval mode", "train mode"):
        model = _model(code, rng).train(mode == "train mode")
        yield case(f"the encoder in {mode}", partial(_by_hand, model))


def _by_hand(model: Any) -> Any:
    heads = [model.taskA_classifier.eval(), model.taskB_classifier.eval()]
    output = model(**tiny_tokens(PADDED))
    embeddings, *logits = (_part(output, name) for name in NAMES)
    return {
        f"{task}, less what its head makes of the embeddings": given - head(embeddings)
        for task, head, given in zip(TASKS, heads, logits, strict=True)
    }


@suite.check("looks at each batch anew: neither earlier sentences nor earlier weights count")
def anew(code: Code, rng: torch.Generator) -> Iterator[Case]:
    tokens = tiny_tokens(PADDED)
    see = partial(_after_others, _model(code, rng), tokens)
    yield case("after other sentences, and a change of the weights", see)


def _after_others(model: Any, tokens: dict[str, Tensor]) -> Any:
    model(tokens["input_ids"].flip(0), tokens["attention_mask"].flip(0))
    model(**tokens)
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(0.5)
    return model(**tokens)


@suite.check("lets each task teach the encoder and its own head, but not the other head")
def who_learns(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for task in TASKS:
        yield case(f"a loss of {task}", partial(_learning, _model(code, rng), task))


def _learning(model: Any, task: str) -> Any:
    logits = _part(model(**tiny_tokens(PADDED)), task)
    send_back(logits, logits.detach() + 1, task)
    learning = {name.partition(".")[0] for name, weight in model.named_parameters() if _reached(weight)}
    return {name: "learns" if name in learning else "does not learn" for name, _ in model.named_children()}


def _reached(weight: nn.Parameter) -> bool:
    return weight.grad is not None and bool(weight.grad.abs().max() > 0)


@suite.check("sends the right gradient through the embeddings, the logits and the features", slack=10)
def model_gradients(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sentences in {"two sentences": PADDED, "forty sentences": SENTENCES * 4}.items():
        widths = zip(NAMES, (4, 3, 2), strict=True)
        factors = {name: torch.randn(len(sentences), width, generator=rng) for name, width in widths}
        inputs = {"tokens": tiny_tokens(sentences), "features": {"features": _features(rng, len(sentences))}}
        for name, given in inputs.items():
            yield case(f"{name}, {label}", partial(_gradients, _model(code, rng), given, factors))


def _gradients(model: Any, given: dict[str, Tensor], factors: dict[str, Tensor]) -> Any:
    if "features" in given:
        given["features"].requires_grad_()
    output = model(**given)
    for name, factor in factors.items():
        kept = _part(output, name)
        if not kept.requires_grad:
            send_back(kept, factor, name)  # it says why not
    torch.stack([(factor * _part(output, name)).sum() for name, factor in factors.items()]).sum().backward()
    weights = {
        "the linear layer": model.projection.weight,
        "the word embeddings": model.transformer.embeddings.words.weight,
    }
    inputs = {**weights, "the features": given.get("features")}
    return {f"the gradient of {name}": tensor.grad for name, tensor in inputs.items() if tensor is not None}


@suite.check("drops out where the model is in train mode and nowhere else")
def dropout(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for training, transformer_training in ((False, False), (True, False), (True, True)):
        model = _model(code, rng, dim=64).train(training)
        model.transformer.train(transformer_training)
        label = f"{_mode(training)} mode, its transformer in {_mode(transformer_training)} mode"
        yield case(label, partial(_repeated, model))


def _mode(training: bool) -> str:
    return "train" if training else "eval"


def _repeated(model: Any) -> Any:
    first, again = (model(**tiny_tokens(SENTENCES[:4])) for _ in range(2))
    equal = {name: torch.equal(_part(first, name), _part(again, name)) for name in NAMES}
    return {f"{name}, the second time": "the same" if same else "others" for name, same in equal.items()}


@suite.check("refuses to run with neither tokens nor features, or with half of what the tokens need", careful=True)
def nothing_to_do(code: Code, rng: torch.Generator) -> Iterator[Case]:
    tokens = tiny_tokens(PADDED)
    cases: dict[str, dict[str, Tensor]] = {"nothing": {}}
    cases |= {f"nothing but {name}": {name: tensor} for name, tensor in tokens.items()}
    for label, given in cases.items():
        yield case(label, partial(outcome, partial(_model(code, rng), **given)), **given)


@suite.check("takes features in other precisions and in any memory layout", slack=2, careful=True)
def awkward_features(code: Code, rng: torch.Generator) -> Iterator[Case]:
    features = _features(rng)
    for name, dtype in DTYPES.items():
        view = features.to(dtype).T.contiguous().T
        yield case(f"{name}, a view, transposed", partial(_model(code, rng).to(dtype), features=view))


@suite.check("leaves the modes, the tokens and the features as they were", careful=True)
def inputs_stay(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for name, given in {"tokens": tiny_tokens(PADDED), "features": {"features": _features(rng)}}.items():
        model = _model(code, rng).train()
        model.transformer.eval()
        yield case(f"{name}, a model in train mode", partial(_afterwards, model, given), **given)


def _afterwards(model: Any, given: dict[str, Tensor]) -> Any:
    shapes = {name: list(_part(model(**given), name).shape) for name in NAMES}
    return {
        "the shapes of the output": shapes,
        **{f"{name} afterwards": tensor for name, tensor in given.items()},
        "the modes afterwards": mode_of_each(model),
        "gradients afterwards": "on" if torch.is_grad_enabled() else "off",
    }
