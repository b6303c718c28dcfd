"""Checks of `multitask.py`."""

from collections.abc import Callable
from functools import partial
from math import comb
from typing import Any

import torch
from torch import Tensor, nn

from ..exercise import exercise
from .inputs import outcome
from .models import SENTENCES, tiny_bert, tiny_distilbert, tiny_model, tiny_tokens

classification_head = exercise("2.1")
forward = exercise("2.2")
parameter_counts = exercise("2.3")

TASKS = ("taskA_logits", "taskB_logits")
HIDDEN = 16  # width of the tiny transformers


def _fill(head: nn.Module, fill: Callable[[tuple[int, ...]], Tensor]) -> Any:
    """Set all weights of a head, whatever they are called and whichever way round they lie.

    `fill` gets each weight's shape, outputs before inputs: every layer of these heads has fewer outputs than inputs.
    """
    with torch.no_grad():
        for weight in head.parameters():
            values = fill(tuple(sorted(weight.shape)))
            weight.copy_(values if values.shape == weight.shape else values.T)
    return head


def _filled_head(course: Any, dropout: float = 0.0) -> Any:
    """Make a head from 8 numbers to 3 classes whose weights depend on nothing but their shape."""

    def fill(shape: tuple[int, ...]) -> Tensor:
        return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)))

    return _fill(course.multitask.ClassificationHead(8, 3, dropout), fill)


def _shapes(head: nn.Module) -> list[list[int]]:
    """List the shapes of a head's weights in an order that does not depend on how the head is written."""
    return sorted(sorted(weight.shape) for weight in head.parameters())


def _dropped(head: nn.Module) -> Tensor:
    """Classify 2000 times with a head from 8 numbers to 3 classes whose logits are sums of 4 hidden units of 1 each."""
    values: dict[tuple[int, ...], float] = {(4, 8): 1 / 8, (3, 4): 1.0}
    _fill(head.train(), lambda shape: torch.full(shape, values.get(shape, 0.0)))
    return torch.cat([head(torch.ones(100, 8)) for _ in range(20)])


def _judge_dropout(observed: Any, expected: Any) -> str | None:
    """Tell whether each of the 4 units was dropped by itself, with the given probability, and the rest scaled up."""
    logits, probability, units = observed["logits"], expected["dropout"], 4
    if logits.shape != expected["logits"].shape or logits.dtype != torch.float32:
        return "the logits have another shape or type"
    first = logits[:, 0]
    if not (logits - first[:, None]).abs().max() < 1e-3:
        return "the classes of one sentence do not see the same hidden units"
    if (first == first[0]).all():
        return "in train mode nothing is dropped"
    kept = first * (1 - probability)
    if not _whole(kept, units):
        if _whole(first, units):
            return "the hidden units that stay are not scaled up by 1 / (1 - dropout)"
        if _whole(2 * kept, 2 * units):
            return "the embeddings are dropped, not the hidden units"
        return "the classes see something else than hidden units, dropped or scaled up by 1 / (1 - dropout)"
    for count in range(units + 1):
        share = comb(units, count) * (1 - probability) ** count * probability ** (units - count)
        if not abs((kept.round() == count).float().mean() - share) < 0.06:
            return "the hidden units are not dropped one by one with the probability that was asked for"
    return None


def _whole(values: Tensor, most: int) -> bool:
    """Tell whether all values are whole numbers from 0 to `most`."""
    return bool((values - values.round().clamp(0, most)).abs().max() < 1e-3)


@classification_head.check("turns embeddings into raw logits by Linear, ReLU and Linear")
def formula(course: Any, rng: torch.Generator) -> Any:
    return _filled_head(course)(torch.randn(6, 8, generator=rng))


@classification_head.check("has a hidden layer half as wide as the embedding, and as many logits as classes")
def shapes(course: Any, rng: torch.Generator) -> Any:
    heads = [course.multitask.ClassificationHead(*sizes) for sizes in ((8, 3), (9, 2), (20, 7))]
    heads.append(course.multitask.ClassificationHead(dim=6, classes=1, dropout=0.1))
    return [_shapes(head) for head in heads]


@classification_head.check("is made for 512 numbers, two classes and a dropout of 0.5 if nothing else is asked for")
def default_sizes(course: Any, rng: torch.Generator) -> Any:
    return _shapes(course.multitask.ClassificationHead())


@classification_head.check("drops half of the hidden units in train mode by default", judge=_judge_dropout)
def default_dropout(course: Any, rng: torch.Generator) -> Any:
    head = course.multitask.ClassificationHead(8, 3)
    return {"dropout": 0.5, "logits": _dropped(head)}


@classification_head.check(
    "drops as many hidden units as `dropout` says, and scales up the others", judge=_judge_dropout
)
def dropout(course: Any, rng: torch.Generator) -> Any:
    head = course.multitask.ClassificationHead(8, 3, 0.2)
    return {"dropout": 0.2, "logits": _dropped(head)}


@classification_head.check("drops nothing in eval mode")
def no_dropout(course: Any, rng: torch.Generator) -> Any:
    embeddings, head = torch.randn(6, 8, generator=rng), _filled_head(course, 0.5).eval()
    return bool((head(embeddings) - _filled_head(course)(embeddings)).abs().max() < 1e-5)


@classification_head.check("remembers its number of classes as `classes`")
def classes(course: Any, rng: torch.Generator) -> Any:
    return [course.multitask.ClassificationHead(8, number).classes for number in (2, 3, 7)]


@classification_head.check("passes gradients on to its weights and to the embeddings")
def head_gradients(course: Any, rng: torch.Generator) -> Any:
    head, embeddings = _filled_head(course), torch.randn(6, 8, generator=rng).requires_grad_()
    (head(embeddings) * torch.randn(6, 3, generator=rng)).sum().backward()
    return embeddings.grad, {str(sorted(weight.shape)): weight.grad.abs().sum() for weight in head.parameters()}


@classification_head.check("classifies a single sentence, and gives a single class its own column")
def one_sentence(course: Any, rng: torch.Generator) -> Any:
    embeddings = torch.randn(1, 8, generator=rng)
    logits = course.multitask.ClassificationHead(8, 1)(embeddings)
    return _filled_head(course)(embeddings), list(logits.shape)


@classification_head.check(
    "classifies float16, bfloat16 and transposed embeddings, and leaves them as they were", slack=4
)
def awkward_embeddings(course: Any, rng: torch.Generator) -> Any:
    seen = []
    for dtype in (torch.float16, torch.bfloat16, torch.float32):
        embeddings = torch.randn(8, 5, generator=rng).to(dtype).T
        before = embeddings.clone()
        seen.append((_filled_head(course).to(dtype)(embeddings), torch.equal(embeddings, before)))
    return seen


@classification_head.check("starts every head with random weights of its own")
def own_weights(course: Any, rng: torch.Generator) -> Any:
    heads = [course.multitask.ClassificationHead(8, 3, 0.0) for _ in range(2)]
    embeddings = torch.randn(6, 8, generator=rng)
    weights = [max(head.parameters(), key=torch.numel) for head in heads]
    heads[0](embeddings).square().sum().backward()
    return {
        "different": not torch.equal(*weights),
        "random": [bool(weight.std() > 0) for weight in weights],
        "learn together": any(weight.grad is not None for weight in heads[1].parameters()),
    }


def _counted(model: Any) -> list[int]:
    """Count the runs of a model's transformer from now on, in a list that grows by one number for each."""
    runs: list[int] = []
    model.transformer.register_forward_hook(lambda *arguments: runs.append(1))
    return runs


def _close(observed: Tensor, expected: Tensor) -> bool:
    return observed.shape == expected.shape and bool((observed - expected).abs().max() < 1e-4)


def _gradient_parts(model: nn.Module) -> list[str]:
    """List the parts of a model that a gradient other than zero has reached."""
    return sorted(
        {
            name.partition(".")[0]
            for name, weight in model.named_parameters()
            if weight.grad is not None and weight.grad.abs().max() > 0
        }
    )


@forward.check("gives the embeddings and each task's logits of sentences of different lengths")
def three_outputs(course: Any, rng: torch.Generator) -> Any:
    return tiny_model(course, rng)(**tiny_tokens())


@forward.check("gives them for a single sentence of a single token too")
def one_token(course: Any, rng: torch.Generator) -> Any:
    return tiny_model(course, rng)(**tiny_tokens(("good",)))


@forward.check("works with another backbone, another pooling and other numbers of classes")
def another_backbone(course: Any, rng: torch.Generator) -> Any:
    backbone = tiny_distilbert(rng)
    model = tiny_model(course, rng, backbone, pooling="max", dim=6, taskA_classes=1, taskB_classes=5)
    tokens = tiny_tokens(SENTENCES[3:8])
    return model(tokens["input_ids"], tokens["attention_mask"])


@forward.check("runs the transformer once for both tasks")
def one_run(course: Any, rng: torch.Generator) -> Any:
    model, counts = tiny_model(course, rng), []
    for training in (False, True):
        runs = _counted(model.train(training))
        model(**tiny_tokens())
        counts.append(len(runs))
    return counts


@forward.check("gives both heads the very embeddings that it returns, dropout included")
def same_embeddings(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng).train()
    heads = [model.taskA_classifier.eval(), model.taskB_classifier.eval()]
    output = model(**tiny_tokens())
    return [_close(logits, head(output[0])) for head, logits in zip(heads, output[1:], strict=True)]


@forward.check("takes features that were computed earlier, and leaves the transformer alone")
def cached(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    runs, features = _counted(model), torch.randn(5, HIDDEN, generator=rng)
    return model(features=features), len(runs)


@forward.check("prefers the features where there are tokens too")
def features_first(course: Any, rng: torch.Generator) -> Any:
    model, tokens = tiny_model(course, rng), tiny_tokens()
    runs, features = _counted(model), torch.randn(4, HIDDEN, generator=rng)
    return model(tokens["input_ids"], tokens["attention_mask"], features), len(runs)


@forward.check("takes float16, bfloat16 and transposed features", slack=2)
def awkward_features(course: Any, rng: torch.Generator) -> Any:
    dtypes = (torch.float16, torch.bfloat16, torch.float32)
    return [
        tiny_model(course, rng).to(dtype)(features=torch.randn(HIDDEN, 3, generator=rng).to(dtype).T)
        for dtype in dtypes
    ]


@forward.check("refuses to run with neither tokens nor features, or with half of what the tokens need")
def nothing_to_do(course: Any, rng: torch.Generator) -> Any:
    model, tokens = tiny_model(course, rng), tiny_tokens()
    halves = [{name: tokens[name]} for name in tokens]
    return [outcome(partial(model, **inputs)) for inputs in ({}, *halves)]


@forward.check("lets each task teach the encoder and its own head, but not the other head")
def who_learns(course: Any, rng: torch.Generator) -> Any:
    seen = {}
    for task in TASKS:
        model = tiny_model(course, rng)
        getattr(model(**tiny_tokens()), task).square().sum().backward()
        seen[task] = _gradient_parts(model)
    return seen


@forward.check("sends the right gradient through the embeddings, the logits and the cached features")
def model_gradients(course: Any, rng: torch.Generator) -> Any:
    model, features = tiny_model(course, rng), torch.randn(4, HIDDEN, generator=rng).requires_grad_()
    factors = [torch.randn(4, width, generator=rng) for width in (8, 3, 2)]
    for inputs in (tiny_tokens(), {"features": features}):
        output = model(**inputs)
        sum((factor * part).sum() for factor, part in zip(factors, output, strict=True)).backward()
    return features.grad, model.projection.weight.grad, model.transformer.embeddings.LayerNorm.weight.grad


@forward.check("drops out where the model is in train mode, nowhere else, and changes no part's mode")
def modes(course: Any, rng: torch.Generator) -> Any:
    model, tokens, seen = tiny_model(course, rng, dim=64), tiny_tokens(SENTENCES), []
    for training, transformer_training in ((True, True), (True, False), (False, False)):
        model.train(training).transformer.train(transformer_training)
        before = [module.training for module in model.modules()]
        repeated = [torch.equal(first, again) for first, again in zip(model(**tokens), model(**tokens), strict=True)]
        seen.append((repeated, [module.training for module in model.modules()] == before))
    return seen


@forward.check("leaves the tokens and the features as they were")
def inputs_stay(course: Any, rng: torch.Generator) -> Any:
    model, tokens = tiny_model(course, rng), tiny_tokens()
    features = torch.randn(4, HIDDEN, generator=rng)
    inputs = [*tokens.values(), features]
    before = [tensor.clone() for tensor in inputs]
    model(**tokens)
    model(features=features)
    return [torch.equal(tensor, copy) for tensor, copy in zip(inputs, before, strict=True)]


@parameter_counts.check("counts the shared parameters and each head's own")
def counts(course: Any, rng: torch.Generator) -> Any:
    return course.multitask.parameter_counts(tiny_model(course, rng))


@parameter_counts.check("counts models of other sizes, with other backbones and other numbers of classes")
def other_sizes(course: Any, rng: torch.Generator) -> Any:
    models = [
        tiny_model(course, rng, tiny_bert(rng, layers=1), taskA_classes=2, taskB_classes=7, pooling="max"),
        tiny_model(course, rng, tiny_distilbert(rng, hidden=8), dim=9, taskA_classes=1, taskB_classes=1),
    ]
    return [course.multitask.parameter_counts(model) for model in models]


@parameter_counts.check("counts every parameter once, so that the three numbers add up to the model's")
def total(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    return sum(course.multitask.parameter_counts(model)) - sum(weight.numel() for weight in model.parameters())


@parameter_counts.check("counts frozen parameters like all others")
def frozen(course: Any, rng: torch.Generator) -> Any:
    seen = []
    for strategy in course.config.FreezeStrategy:
        model = tiny_model(course, rng)
        course.freezing.apply_strategy(model, strategy)
        seen.append(course.multitask.parameter_counts(model))
    return seen


@parameter_counts.check("counts numbers, whatever their type, and only those that can be learned")
def half_precision(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng).half()
    model.register_buffer("sentences_seen", torch.zeros(7))
    model.taskA_classifier.register_buffer("sentences_seen", torch.zeros(5))
    return course.multitask.parameter_counts(model)


@parameter_counts.check("leaves the model as it was")
def model_stays(course: Any, rng: torch.Generator) -> Any:
    seen = []
    for training in (False, True):
        model = tiny_model(course, rng).train(training)
        model.layer_norm.requires_grad_(False)
        before = {name: value.clone() for name, value in model.state_dict().items()}
        course.multitask.parameter_counts(model)
        same = all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
        learned = [name for name, weight in model.named_parameters() if weight.requires_grad]
        seen.append((same, learned, [module.training for module in model.modules()]))
    return seen
