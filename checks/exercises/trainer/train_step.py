"""Checks of exercise 4.7, `train_step`."""

from typing import Any

import torch
from torch import nn
from torch.optim import SGD

from ...compare import difference
from ...exercise import exercise
from ..models import SENTENCES, changed_modes, mode_of_each, tiny_model, tiny_tokens
from .common import moved_parts, weights_of

train_step = exercise("4.7")


def _batch(course: Any, sentences: tuple[str, ...] = SENTENCES[:8]) -> Any:
    """Make a batch of sentences of different lengths, with three classes for task A and two for task B."""
    numbers = torch.arange(len(sentences))
    return course.dataset.Batch(tiny_tokens(sentences), numbers % 3, numbers % 2)


def _fixed(course: Any) -> Any:
    """Make a loss whose two weights cannot be confused."""
    return course.losses.FixedWeights(0.5, 2.0)


def _judge_step(observed: Any, expected: Any) -> str | None:
    """Compare the weights after a step; if they are wrong, the order of the events says why."""
    events = observed["events"]
    if difference(expected["weights"], observed["weights"]) is None:
        return None
    if "step" not in events:
        return "the optimizer never stepped" if "backward" in events else "nothing went backward and nothing moved"
    if "backward" not in events:
        return "nothing went backward through the loss"
    if events.index("step") < events.index("backward"):
        return "the optimizer stepped before there were gradients"
    if not observed["moved"]:
        return "the gradients were gone when the optimizer stepped"
    return "the weights moved, but not one step against the gradient of the loss"


@train_step.check("moves every weight one step against the gradient of the loss", judge=_judge_step)
def one_step(course: Any, rng: torch.Generator) -> Any:
    model, criterion, events = tiny_model(course, rng), _fixed(course), []
    before, optimizer = weights_of(model), SGD(model.parameters(), lr=0.1)

    def watch(module: nn.Module, arguments: Any, loss: torch.Tensor) -> None:
        if loss.requires_grad:
            loss.register_hook(lambda gradient: events.append("backward"))

    criterion.register_forward_hook(watch)
    optimizer.register_step_pre_hook(lambda *arguments: events.append("step"))
    course.trainer.train_step(model, _batch(course), criterion, optimizer)
    return {"weights": weights_of(model), "moved": moved_parts(course, model, before), "events": events}


@train_step.check("returns the loss from before the step as a plain number")
def loss_before(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    loss, _ = course.trainer.train_step(model, _batch(course), _fixed(course), SGD(model.parameters(), lr=0.1))
    return loss


@train_step.check("returns the model's output from before the step")
def output_before(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    _, output = course.trainer.train_step(model, _batch(course), _fixed(course), SGD(model.parameters(), lr=0.1))
    return output


@train_step.check("returns an output without gradients, so that its graph can be freed")
def detached(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    _, output = course.trainer.train_step(model, _batch(course), _fixed(course), SGD(model.parameters(), lr=0.1))
    names = ("embeddings", "taskA_logits", "taskB_logits")
    return {name: tensor.requires_grad for name, tensor in zip(names, output, strict=True)}


@train_step.check("computes the loss from the very output that it returns, dropout included")
def same_dropout(course: Any, rng: torch.Generator) -> Any:
    model, batch, criterion = tiny_model(course, rng).train(), _batch(course), _fixed(course)
    loss, output = course.trainer.train_step(model, batch, criterion, SGD(model.parameters(), lr=0.1))
    return abs(criterion(*output[1:], *batch[1:]).item() - loss) < 1e-4


@train_step.check("trains in the mode that the caller has chosen, and leaves it so")
def mode(course: Any, rng: torch.Generator) -> Any:
    model, batch = tiny_model(course, rng), _batch(course)
    optimizer, losses, changed = SGD(model.parameters(), lr=0.0), [], []
    for training in (False, True, False):
        model.train(training)
        model.transformer.eval()
        before = mode_of_each(model)
        losses.append(course.trainer.train_step(model, batch, _fixed(course), optimizer)[0])
        changed.append(changed_modes(model, before))
    modes = dict(zip(("in eval mode", "in train mode", "in eval mode again"), changed, strict=True))
    return {
        "parts in another mode": modes,
        "dropout in train mode": abs(losses[1] - losses[0]) > 1e-4,
        "in eval mode": losses[::2],
    }


@train_step.check("forgets the gradients that were there before")
def stale_gradients(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    course.trainer.train_step(model, _batch(course), _fixed(course), SGD(model.parameters(), lr=0.1))
    return weights_of(model)


@train_step.check("takes every step with the gradients of its own batch alone, also for learned loss weights")
def two_steps(course: Any, rng: torch.Generator) -> Any:
    model, criterion = tiny_model(course, rng), course.losses.UncertaintyWeights()
    optimizer = SGD([*model.parameters(), *criterion.parameters()], lr=0.1)
    for sentences in (SENTENCES[:3], SENTENCES[3:8]):
        course.trainer.train_step(model, _batch(course, sentences), criterion, optimizer)
    return {"weights": weights_of(model), "loss weights": criterion.weights()}


@train_step.check("measures and moves nothing where everything is frozen")
def all_frozen(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    optimizer, before = SGD(model.parameters(), lr=0.1, weight_decay=0.1), weights_of(model)
    course.freezing.apply_strategy(model, course.config.FreezeStrategy.EVERYTHING)
    result = course.trainer.train_step(model, _batch(course), _fixed(course), optimizer)
    return {"result": result, "moved": moved_parts(course, model, before)}


@train_step.check("moves what is trainable and nothing else")
def some_frozen(course: Any, rng: torch.Generator) -> Any:
    moved = {}
    for strategy in course.config.FreezeStrategy:
        model, criterion = tiny_model(course, rng), course.losses.UncertaintyWeights()
        course.freezing.apply_strategy(model, strategy)
        optimizer, before = SGD([*model.parameters(), *criterion.parameters()], lr=0.1), weights_of(model)
        course.trainer.train_step(model, _batch(course), criterion, optimizer)
        learned = ["loss weights"] if criterion.weights() != [1.0, 1.0] else []
        moved[strategy.value] = moved_parts(course, model, before) + learned
    return moved


@train_step.check("takes the features of a single sentence in the place of its tokens")
def cached_sentence(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    batch = course.dataset.Batch({"features": torch.randn(1, 16, generator=rng)}, torch.tensor([2]), torch.tensor([1]))
    return course.trainer.train_step(model, batch, _fixed(course), SGD(model.parameters(), lr=0.1))


@train_step.check("leaves the batch as it was")
def batch_kept(course: Any, rng: torch.Generator) -> Any:
    model, batch = tiny_model(course, rng), _batch(course)
    course.trainer.train_step(model, batch, _fixed(course), SGD(model.parameters(), lr=0.1))
    return batch


@train_step.check("takes the whole gradient, however large it is", slack=5)
def large_gradient(course: Any, rng: torch.Generator) -> Any:
    model = tiny_model(course, rng)
    optimizer = SGD(model.parameters(), lr=1e-3)
    course.trainer.train_step(model, _batch(course), course.losses.FixedWeights(50.0, 200.0), optimizer)
    return weights_of(model)
