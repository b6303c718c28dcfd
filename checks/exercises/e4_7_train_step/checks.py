"""Checks of exercise 4.7, `train_step`."""

from typing import Any

import torch
from torch import nn
from torch.optim import SGD

from ...protocol.suite import Code, Suite
from ..models import SENTENCES, changed_modes, mode_of_each, tiny_model, tiny_tokens
from ..training import moved_parts, weights_of

suite = Suite()


def _batch(code: Code, sentences: tuple[str, ...] = SENTENCES[:8]) -> Any:
    """Make a batch of sentences of different lengths, with three classes for task A and two for task B."""
    numbers = torch.arange(len(sentences))
    return code.dataset.Batch(tiny_tokens(sentences), numbers % 3, numbers % 2)


def _fixed(code: Code) -> Any:
    """Make a loss whose two weights cannot be confused."""
    return code.losses.FixedWeights(0.5, 2.0)


@suite.check("moves every weight one step against the gradient of the loss")
def one_step(code: Code, rng: torch.Generator) -> Any:
    model, criterion, events = tiny_model(code, rng), _fixed(code), []
    before, optimizer = weights_of(model), SGD(model.parameters(), lr=0.1)

    def watch(module: nn.Module, arguments: Any, loss: torch.Tensor) -> None:
        if loss.requires_grad:
            loss.register_hook(lambda gradient: events.append("backward"))

    criterion.register_forward_hook(watch)
    optimizer.register_step_pre_hook(lambda *arguments: events.append("step"))
    code.trainer.train_step(model, _batch(code), criterion, optimizer)
    return {"weights": weights_of(model), "moved": moved_parts(code, model, before), "events": events}


@suite.check("returns the loss from before the step as a plain number")
def loss_before(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng)
    loss, _ = code.trainer.train_step(model, _batch(code), _fixed(code), SGD(model.parameters(), lr=0.1))
    return loss


@suite.check("returns the model's output from before the step")
def output_before(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng)
    _, output = code.trainer.train_step(model, _batch(code), _fixed(code), SGD(model.parameters(), lr=0.1))
    return output


@suite.check("returns an output without gradients, so that its graph can be freed")
def detached(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng)
    _, output = code.trainer.train_step(model, _batch(code), _fixed(code), SGD(model.parameters(), lr=0.1))
    names = ("embeddings", "taskA_logits", "taskB_logits")
    return {name: tensor.requires_grad for name, tensor in zip(names, output, strict=True)}


@suite.check("computes the loss from the very output that it returns, dropout included")
def same_dropout(code: Code, rng: torch.Generator) -> Any:
    model, batch, criterion = tiny_model(code, rng).train(), _batch(code), _fixed(code)
    loss, output = code.trainer.train_step(model, batch, criterion, SGD(model.parameters(), lr=0.1))
    return abs(criterion(*output[1:], *batch[1:]).item() - loss) < 1e-4


@suite.check("trains in the mode that the caller has chosen, and leaves it so")
def mode(code: Code, rng: torch.Generator) -> Any:
    model, batch = tiny_model(code, rng), _batch(code)
    optimizer, losses, changed = SGD(model.parameters(), lr=0.0), [], []
    for training in (False, True, False):
        model.train(training)
        model.transformer.eval()
        before = mode_of_each(model)
        losses.append(code.trainer.train_step(model, batch, _fixed(code), optimizer)[0])
        changed.append(changed_modes(model, before))
    modes = dict(zip(("in eval mode", "in train mode", "in eval mode again"), changed, strict=True))
    return {
        "parts in another mode": modes,
        "dropout in train mode": abs(losses[1] - losses[0]) > 1e-4,
        "in eval mode": losses[::2],
    }


@suite.check("forgets the gradients that were there before")
def stale_gradients(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng)
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    code.trainer.train_step(model, _batch(code), _fixed(code), SGD(model.parameters(), lr=0.1))
    return weights_of(model)


@suite.check("takes every step with the gradients of its own batch alone, also for learned loss weights")
def two_steps(code: Code, rng: torch.Generator) -> Any:
    model, criterion = tiny_model(code, rng), code.losses.UncertaintyWeights()
    optimizer = SGD([*model.parameters(), *criterion.parameters()], lr=0.1)
    for sentences in (SENTENCES[:3], SENTENCES[3:8]):
        code.trainer.train_step(model, _batch(code, sentences), criterion, optimizer)
    return {"weights": weights_of(model), "loss weights": criterion.weights()}


@suite.check("measures and moves nothing where everything is frozen")
def all_frozen(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng)
    optimizer, before = SGD(model.parameters(), lr=0.1, weight_decay=0.1), weights_of(model)
    code.freezing.apply_strategy(model, code.config.FreezeStrategy.EVERYTHING)
    result = code.trainer.train_step(model, _batch(code), _fixed(code), optimizer)
    return {"result": result, "moved": moved_parts(code, model, before)}


@suite.check("moves what is trainable and nothing else")
def some_frozen(code: Code, rng: torch.Generator) -> Any:
    moved = {}
    for strategy in code.config.FreezeStrategy:
        model, criterion = tiny_model(code, rng), code.losses.UncertaintyWeights()
        code.freezing.apply_strategy(model, strategy)
        optimizer, before = SGD([*model.parameters(), *criterion.parameters()], lr=0.1), weights_of(model)
        code.trainer.train_step(model, _batch(code), criterion, optimizer)
        learned = ["loss weights"] if criterion.weights() != [1.0, 1.0] else []
        moved[strategy.value] = moved_parts(code, model, before) + learned
    return moved


@suite.check("takes the features of a single sentence in the place of its tokens")
def cached_sentence(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng)
    batch = code.dataset.Batch({"features": torch.randn(1, 16, generator=rng)}, torch.tensor([2]), torch.tensor([1]))
    return code.trainer.train_step(model, batch, _fixed(code), SGD(model.parameters(), lr=0.1))


@suite.check("leaves the batch as it was")
def batch_kept(code: Code, rng: torch.Generator) -> Any:
    model, batch = tiny_model(code, rng), _batch(code)
    code.trainer.train_step(model, batch, _fixed(code), SGD(model.parameters(), lr=0.1))
    return batch


@suite.check("takes the whole gradient, however large it is", slack=5)
def large_gradient(code: Code, rng: torch.Generator) -> Any:
    model = tiny_model(code, rng)
    optimizer = SGD(model.parameters(), lr=1e-3)
    code.trainer.train_step(model, _batch(code), code.losses.FixedWeights(50.0, 200.0), optimizer)
    return weights_of(model)
