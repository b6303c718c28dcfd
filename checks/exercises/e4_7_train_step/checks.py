"""Checks of exercise 4.7, `train_step`."""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.optim import SGD, Optimizer

from ...protocol.suite import Case, Code, Suite, WrongForm, case, expect, expect_parts
from ..inputs import outcome
from ..models import SENTENCES, mode_of_each, tiny_tokens
from ..training import small_model, state_of, weights_of, what_moved

suite = Suite()

TENSORS = ("the embeddings", "task A's logits", "task B's logits")
BATCHES = {"one sentence": SENTENCES[:1], "three sentences, padded": SENTENCES[:3]}


def _batch(code: Code, sentences: tuple[str, ...] = BATCHES["three sentences, padded"]) -> Any:
    """Make a batch of sentences, with three classes for task A and two for task B."""
    numbers = torch.arange(len(sentences))
    return code.dataset.Batch(tiny_tokens(sentences), 2 - numbers % 3, numbers % 2)


def _fixed(code: Code) -> Any:
    """Make a loss whose two weights cannot be confused."""
    return code.losses.FixedWeights(0.5, 2.0)


def _step(
    code: Code, model: Any, batch: Any, criterion: Any = None, optimizer: Optimizer | None = None
) -> dict[str, Any]:
    """Take a step, and name the two things that come back."""
    optimizer = optimizer or SGD(model.parameters(), lr=0.1)
    with _words_for_nothing_trainable():
        result = code.trainer.train_step(model, batch, criterion or _fixed(code), optimizer)
    loss, output = expect_parts(result, "the loss", "the output")
    return {"the loss": loss, "the output": output}


@contextlib.contextmanager
def _words_for_nothing_trainable() -> Iterator[None]:
    """Say in words what torch says of tensors: that `backward` was called where nothing can be trained."""
    try:
        yield
    except RuntimeError as error:
        if "does not require grad" not in str(error):
            raise
        raise WrongForm(
            "nothing is trainable here, so the loss has no gradient to compute: `backward` fails"
        ) from error


def _tensors_in(output: Any) -> list[Tensor]:
    parts = expect_parts(output, *TENSORS)
    return [expect(Tensor, part, name) for part, name in zip(parts, TENSORS, strict=True)]


def _watched(code: Code, events: list[str]) -> Any:
    """Make a loss that notes when it is computed, and when something goes backward through it."""

    class Watched(code.losses.FixedWeights):  # type: ignore[misc, name-defined]
        def forward(self, *args: Any, **options: Any) -> Any:
            loss = super().forward(*args, **options)
            events.append("loss")
            if loss.requires_grad:
                loss.register_hook(lambda gradient: events.append("backward"))
            return loss

    return Watched(0.5, 2.0)


@suite.check("moves every weight one step against the gradient of the loss")
def one_step(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sentences in BATCHES.items():
        yield case(label, partial(_watch, code, rng, sentences))


def _watch(code: Code, rng: torch.Generator, sentences: tuple[str, ...]) -> Any:
    model, events = small_model(code, rng), list[str]()
    before, optimizer = weights_of(model), SGD(model.parameters(), lr=0.1)
    optimizer.register_step_pre_hook(lambda *arguments: events.append("step"))
    code.trainer.train_step(model, _batch(code, sentences), _watched(code, events), optimizer)
    return {"the weights": weights_of(model), "what moved": what_moved(code, model, before), "events": events}


@suite.check("returns the loss from before the step as a plain number")
def loss_before(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(sentences: tuple[str, ...]) -> Any:
        return {"the loss": _step(code, small_model(code, rng), _batch(code, sentences))["the loss"]}

    for label, sentences in BATCHES.items():
        yield case(label, partial(see, sentences))


@suite.check("returns the model's output from before the step")
def output_before(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(sentences: tuple[str, ...]) -> Any:
        return {"the output": _step(code, small_model(code, rng), _batch(code, sentences))["the output"]}

    for label, sentences in BATCHES.items():
        yield case(label, partial(see, sentences))


@suite.check("forgets the gradients that were there before")
def stale_gradients(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(criterion: Any) -> Any:
        model = small_model(code, rng)
        learned = [*model.parameters(), *criterion.parameters()]
        for parameter in learned:
            parameter.grad = torch.ones_like(parameter)
        _step(code, model, _batch(code), criterion, SGD(learned, lr=0.1))
        return {**_loss_weights(criterion), "the weights": weights_of(model)}

    yield case("gradients of the model", partial(see, _fixed(code)))
    yield case("gradients of the model, and of learned loss weights", partial(see, code.losses.UncertaintyWeights()))


def _loss_weights(criterion: Any) -> dict[str, Any]:
    return {"the loss weights": criterion.weights()} if hasattr(criterion, "weights") else {}


@suite.check("takes every step with the gradients of its own batch alone")
def two_steps(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(criterion: Any) -> Any:
        model = small_model(code, rng)
        optimizer = SGD([*model.parameters(), *criterion.parameters()], lr=0.1)
        for sentences in (SENTENCES[:3], SENTENCES[3:5]):
            _step(code, model, _batch(code, sentences), criterion, optimizer)
        return {**_loss_weights(criterion), "the weights": weights_of(model)}

    yield case("two steps, fixed loss weights", partial(see, _fixed(code)))
    yield case("two steps, learned loss weights", partial(see, code.losses.UncertaintyWeights()))


@suite.check("returns an output without gradients, so that its graph can be freed")
def detached(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see() -> Any:
        tensors = _tensors_in(_step(code, small_model(code, rng), _batch(code))["the output"])
        words = ("still holds its graph" if tensor.requires_grad else "detached" for tensor in tensors)
        return dict(zip(TENSORS, words, strict=True))

    yield case("three sentences", see)


@suite.check("computes the loss from the very output that it returns, dropout included")
def same_dropout(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see() -> Any:
        model, batch = small_model(code, rng, dropout=True).train(), _batch(code)
        result = _step(code, model, batch)
        logits = _tensors_in(result["the output"])[1:]
        again = outcome(lambda: _fixed(code)(*logits, *batch[1:]).item())
        return {"the loss": result["the loss"], "the loss of the output": again}

    yield case("three sentences, dropout on", see)


@suite.check("trains in the mode that the caller has chosen, and leaves it so")
def mode(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(training: bool, backbone: bool) -> Any:
        model, seen = small_model(code, rng).train(training), list[Any]()
        model.transformer.train(backbone)
        model.projection.register_forward_pre_hook(lambda *arguments: seen.append(mode_of_each(model)))
        _step(code, model, _batch(code))
        return {
            "the modes in the step": seen[0] if seen else "it never ran",
            "the modes afterwards": mode_of_each(model),
        }

    yield case("a model in eval mode", partial(see, False, False))
    yield case("a model in train mode", partial(see, True, True))
    yield case("a model in train mode, its backbone in eval mode", partial(see, True, False))


@suite.check("measures where everything is frozen, and moves nothing", careful=True)
def all_frozen(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see() -> Any:
        model = small_model(code, rng)
        optimizer, before = SGD(model.parameters(), lr=0.1, weight_decay=0.1), weights_of(model)
        code.freezing.apply_strategy(model, code.config.FreezeStrategy.EVERYTHING)
        result = _step(code, model, _batch(code), optimizer=optimizer)
        return {**result, **what_moved(code, model, before)}

    yield case("everything frozen", see)


@suite.check("moves what is trainable and nothing else, learned loss weights included")
def some_frozen(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(strategy: Any) -> Any:
        model, criterion = small_model(code, rng), code.losses.UncertaintyWeights()
        code.freezing.apply_strategy(model, strategy)
        optimizer, before = SGD([*model.parameters(), *criterion.parameters()], lr=0.1), weights_of(model)
        _step(code, model, _batch(code), criterion, optimizer)
        learned = "stayed" if criterion.weights() == [1.0, 1.0] else "moved"
        return {**what_moved(code, model, before), "the learned loss weights": learned}

    for strategy in code.config.FreezeStrategy:
        yield case(f"the strategy {strategy.value!r}", partial(see, strategy))


@suite.check("takes the features of sentences in the place of their tokens")
def cached_features(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(features: Tensor, labels_a: Tensor, labels_b: Tensor) -> Any:
        return _step(code, small_model(code, rng), code.dataset.Batch({"features": features}, labels_a, labels_b))

    for label, size in {"the features of one sentence": 1, "the features of two sentences": 2}.items():
        inputs = torch.randn(size, 8, generator=rng), torch.tensor([2, 0][:size]), torch.tensor([1, 0][:size])
        yield case(label, partial(see, *inputs))


@suite.check("takes the whole gradient, however large or small it is", slack=5)
def any_gradient(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(factor: float) -> Any:
        model, criterion = small_model(code, rng), code.losses.FixedWeights(0.5 * factor, 2.0 * factor)
        _step(code, model, _batch(code), criterion, SGD(model.parameters(), lr=0.1 / factor))
        return {"the weights": weights_of(model)}

    yield case("a loss of hundreds", partial(see, 100.0))
    yield case("a loss of almost nothing", partial(see, 1e-6))


@suite.check("leaves frozen weights alone, whatever gradients and momentum they have left over", careful=True)
def left_over(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(**options: Any) -> Any:
        model = small_model(code, rng)
        optimizer = SGD(model.parameters(), lr=0.1, **options)
        for parameter in model.parameters():
            parameter.grad = torch.ones_like(parameter)
        optimizer.step()
        model.taskA_classifier.requires_grad_(False)  # its gradients stay
        before = weights_of(model)
        _step(code, model, _batch(code), optimizer=optimizer)
        return what_moved(code, model, before)

    yield case("head A frozen, its gradients left over", see)
    yield case("head A frozen, its gradients left over, weight decay", partial(see, weight_decay=0.1))
    yield case("head A frozen, its gradients left over, momentum", partial(see, momentum=0.9))


@suite.check("leaves behind the moved weights and nothing else, also after an error", careful=True)
def state_afterwards(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(strategy: str, label: int = 0, call: Callable[..., Any] = lambda step: step()) -> Any:
        model = small_model(code, rng, dropout=True).train()
        code.freezing.apply_strategy(model, strategy)
        batch = _batch(code)._replace(taskA_labels=torch.tensor([label, 1, 2]))
        result = call(lambda: _step(code, model, batch)["the loss"])
        return {"the loss": result, **state_of(model)}

    yield case("everything trains", partial(see, "nothing"))
    yield case("head A frozen", partial(see, "head-a"))
    yield case("everything frozen", partial(see, "everything"))
    yield case("everything trains, a label that no class has", partial(see, "nothing", 5, outcome))
    yield case("everything frozen, a label that no class has", partial(see, "everything", 5, outcome))


@suite.check("returns the output in the model's precision", careful=True)
def precision(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see(dtype: torch.dtype) -> Any:
        return _step(code, small_model(code, rng).to(dtype), _batch(code))

    yield case("float64", partial(see, torch.float64))
    yield case("bfloat16", partial(see, torch.bfloat16))


@suite.check("leaves the batch as it was", careful=True)
def batch_kept(code: Code, rng: torch.Generator) -> Iterator[Case]:
    def see() -> Any:
        batch = _batch(code)
        loss = _step(code, small_model(code, rng), batch)["the loss"]
        return {"the loss": loss, "the batch afterwards": batch}

    yield case("three sentences, padded", see)
