"""Checks of exercise 5.2, `UncertaintyWeights`."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import SGD

from ...protocol.suite import Code, Suite
from ..inputs import HALVES, logits_and_labels, unchanged

suite = Suite()


def _learned(code: Code, batch: tuple[Tensor, ...], steps: int = 3) -> Any:
    """Let the weights learn from a batch for some steps."""
    criterion = code.losses.UncertaintyWeights()
    optimizer = SGD(criterion.parameters(), lr=0.5)
    for _ in range(steps):
        optimizer.zero_grad()
        criterion(*batch).backward()
        optimizer.step()
    return criterion


def _numbers(module: nn.Module) -> list[float]:
    """List the numbers that a module learns, in whatever shape it keeps them."""
    return [number for parameter in module.parameters() for number in parameter.flatten().tolist()]


@suite.check("starts as the plain sum of the two cross-entropies")
def plain_sum(code: Code, rng: torch.Generator) -> Any:
    return code.losses.UncertaintyWeights()(*logits_and_labels(rng))


@suite.check("gives both weights as plain numbers, 1 at the start")
def first_weights(code: Code, rng: torch.Generator) -> Any:
    return code.losses.UncertaintyWeights().weights()


@suite.check("learns one number for each task, from 0")
def learned_numbers(code: Code, rng: torch.Generator) -> Any:
    return _numbers(code.losses.UncertaintyWeights())


@suite.check("has learned the right weights after a few steps")
def later_weights(code: Code, rng: torch.Generator) -> Any:
    return _learned(code, logits_and_labels(rng)).weights()


@suite.check("gives the right loss with the weights learned so far")
def later_loss(code: Code, rng: torch.Generator) -> Any:
    batch = logits_and_labels(rng)
    return _learned(code, batch)(*batch)


@suite.check("weighs the logits' gradients with the weights learned so far")
def weighted_gradient(code: Code, rng: torch.Generator) -> Any:
    batch = logits_and_labels(rng)
    criterion = _learned(code, batch)
    logits = [tensor.requires_grad_() for tensor in batch[:2]]
    criterion(*batch).backward()
    return {"taskA_logits": logits[0].grad, "taskB_logits": logits[1].grad}


@suite.check("settles on the weights that minimize the loss", slack=10)
def settled(code: Code, rng: torch.Generator) -> Any:
    return _learned(code, logits_and_labels(rng), steps=60).weights()


@suite.check("averages over one sentence or many, with any number of classes")
def other_batches(code: Code, rng: torch.Generator) -> Any:
    criterion = _learned(code, logits_and_labels(rng))
    cases = ((1, (2, 2)), (2, (4, 5)), (9, (3, 2)))
    return {
        f"size {size}, classes {classes}": criterion(*logits_and_labels(rng, size, classes)) for size, classes in cases
    }


@suite.check("takes float16, bfloat16, transposed and very large logits")
def half_precision(code: Code, rng: torch.Generator) -> Any:
    criterion, seen = _learned(code, logits_and_labels(rng)), {}
    for dtype in (*HALVES, torch.float32):
        taskA, taskB, *labels = logits_and_labels(rng)
        logits = [tensor.to(dtype).T.contiguous().T for tensor in (taskA, taskB)]
        seen[str(dtype)] = criterion(*logits, *labels).to(dtype)
    taskA, taskB, *labels = logits_and_labels(rng)
    return {**seen, "very large": criterion(500 * taskA, 500 * taskB, *labels)}


@suite.check("does the same in train and in eval mode, and leaves its inputs as they were")
def loss_modes(code: Code, rng: torch.Generator) -> Any:
    batch = logits_and_labels(rng)
    before = [tensor.clone() for tensor in batch]
    criterion = _learned(code, batch)
    losses = [criterion.train(training)(*batch) for training in (True, False)]
    return {"the same in both modes": torch.equal(*losses), **unchanged(batch, before)}


@suite.check("keeps the weights when it is saved and loaded, and shares them with no other")
def saved(code: Code, rng: torch.Generator) -> Any:
    criterion, loaded, other = (
        _learned(code, logits_and_labels(rng)),
        *(code.losses.UncertaintyWeights() for _ in range(2)),
    )
    loaded.load_state_dict(criterion.state_dict())
    return {"loaded as saved": loaded.weights() == criterion.weights(), "weights of another": other.weights()}
