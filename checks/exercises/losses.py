"""Checks of `losses.py`."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import SGD

from ..exercise import exercise

combined_loss = exercise("4.6")
uncertainty_weights = exercise("5.2")

DTYPES = (torch.float16, torch.bfloat16)


def _batch(rng: torch.Generator, size: int = 6, classes: tuple[int, int] = (3, 2)) -> tuple[Tensor, ...]:
    """Make both tasks' logits and labels, in the order of the loss's arguments."""
    logits = [torch.randn(size, number, generator=rng) * 2 for number in classes]
    return *logits, *(torch.randint(number, (size,), generator=rng) for number in classes)


def _learned(course: Any, batch: tuple[Tensor, ...], steps: int = 3) -> Any:
    """Let the weights learn from a batch for some steps."""
    criterion = course.losses.UncertaintyWeights()
    optimizer = SGD(criterion.parameters(), lr=0.5)
    for _ in range(steps):
        optimizer.zero_grad()
        criterion(*batch).backward()
        optimizer.step()
    return criterion


def _numbers(module: nn.Module) -> list[float]:
    """List the numbers that a module learns, in whatever shape it keeps them."""
    return [number for parameter in module.parameters() for number in parameter.flatten().tolist()]


def _unchanged(batch: tuple[Tensor, ...], before: list[Tensor]) -> dict[str, bool]:
    """Tell of each argument of a loss whether it is as it was before."""
    names = ("taskA_logits", "taskB_logits", "taskA_labels", "taskB_labels")
    pairs = zip(names, batch, before, strict=True)
    return {f"{name} as before": torch.equal(tensor, copy) for name, tensor, copy in pairs}


@combined_loss.check("adds the two cross-entropies, each times its own weight")
def weighted_sum(course: Any, rng: torch.Generator) -> Any:
    return course.losses.combined_loss(*_batch(rng), 0.5, 2.0)


@combined_loss.check("weighs task A with 0.6 and task B with 0.8 by default")
def default_weights(course: Any, rng: torch.Generator) -> Any:
    return course.losses.combined_loss(*_batch(rng))


@combined_loss.check("leaves a task out whose weight is 0")
def zero_weights(course: Any, rng: torch.Generator) -> Any:
    batch = _batch(rng)
    combine = course.losses.combined_loss
    return {"beta 0": combine(*batch, 1.0, 0.0), "alpha 0": combine(*batch, 0.0, 3.0)}


@combined_loss.check("averages over the sentences, whether there is one or many")
def batch_sizes(course: Any, rng: torch.Generator) -> Any:
    return {f"size {size}": course.losses.combined_loss(*_batch(rng, size), 0.5, 2.0) for size in (1, 2, 9)}


@combined_loss.check("takes any number of classes")
def class_numbers(course: Any, rng: torch.Generator) -> Any:
    batches = {f"{a} and {b} classes": _batch(rng, 7, (a, b)) for a, b in ((2, 5), (7, 4))}
    return {name: course.losses.combined_loss(*batch, 0.5, 2.0) for name, batch in batches.items()}


@combined_loss.check("sends each task's logits their share of the gradient")
def logits_gradient(course: Any, rng: torch.Generator) -> Any:
    batch = _batch(rng)
    logits = [tensor.requires_grad_() for tensor in batch[:2]]
    course.losses.combined_loss(*batch, 0.5, 2.0).backward()
    return {"taskA_logits": logits[0].grad, "taskB_logits": logits[1].grad}


@combined_loss.check("stays exact for very large logits")
def large_logits(course: Any, rng: torch.Generator) -> Any:
    logits = torch.tensor([[1000.0, 0.0], [-1000.0, 0.0], [200.0, 199.0]])
    labels = torch.tensor([0, 0, 1])
    return course.losses.combined_loss(logits, -logits, labels, labels, 0.5, 2.0)


@combined_loss.check("takes float16, bfloat16 and transposed logits")
def awkward_logits(course: Any, rng: torch.Generator) -> Any:
    seen = {}
    for dtype in (*DTYPES, torch.float32):
        taskA, taskB, *labels = _batch(rng)
        logits = [tensor.to(dtype).T.contiguous().T for tensor in (taskA, taskB)]
        # A sum in float32 is as right as one in the type of the logits.
        seen[str(dtype)] = course.losses.combined_loss(*logits, *labels, 0.5, 2.0).to(dtype)
    return seen


@combined_loss.check("leaves the logits and the labels as they were")
def loss_inputs(course: Any, rng: torch.Generator) -> Any:
    batch = _batch(rng)
    before = [tensor.clone() for tensor in batch]
    course.losses.combined_loss(*batch, 0.5, 2.0)
    return _unchanged(batch, before)


@uncertainty_weights.check("starts as the plain sum of the two cross-entropies")
def plain_sum(course: Any, rng: torch.Generator) -> Any:
    return course.losses.UncertaintyWeights()(*_batch(rng))


@uncertainty_weights.check("gives both weights as plain numbers, 1 at the start")
def first_weights(course: Any, rng: torch.Generator) -> Any:
    return course.losses.UncertaintyWeights().weights()


@uncertainty_weights.check("learns one number for each task, from 0")
def learned_numbers(course: Any, rng: torch.Generator) -> Any:
    return _numbers(course.losses.UncertaintyWeights())


@uncertainty_weights.check("has learned the right weights after a few steps")
def later_weights(course: Any, rng: torch.Generator) -> Any:
    return _learned(course, _batch(rng)).weights()


@uncertainty_weights.check("gives the right loss with the weights learned so far")
def later_loss(course: Any, rng: torch.Generator) -> Any:
    batch = _batch(rng)
    return _learned(course, batch)(*batch)


@uncertainty_weights.check("weighs the logits' gradients with the weights learned so far")
def weighted_gradient(course: Any, rng: torch.Generator) -> Any:
    batch = _batch(rng)
    criterion = _learned(course, batch)
    logits = [tensor.requires_grad_() for tensor in batch[:2]]
    criterion(*batch).backward()
    return {"taskA_logits": logits[0].grad, "taskB_logits": logits[1].grad}


@uncertainty_weights.check("settles on the weights that minimize the loss", slack=10)
def settled(course: Any, rng: torch.Generator) -> Any:
    return _learned(course, _batch(rng), steps=60).weights()


@uncertainty_weights.check("averages over one sentence or many, with any number of classes")
def other_batches(course: Any, rng: torch.Generator) -> Any:
    criterion = _learned(course, _batch(rng))
    cases = ((1, (2, 2)), (2, (4, 5)), (9, (3, 2)))
    return {f"size {size}, classes {classes}": criterion(*_batch(rng, size, classes)) for size, classes in cases}


@uncertainty_weights.check("takes float16, bfloat16, transposed and very large logits")
def half_precision(course: Any, rng: torch.Generator) -> Any:
    criterion, seen = _learned(course, _batch(rng)), {}
    for dtype in (*DTYPES, torch.float32):
        taskA, taskB, *labels = _batch(rng)
        logits = [tensor.to(dtype).T.contiguous().T for tensor in (taskA, taskB)]
        seen[str(dtype)] = criterion(*logits, *labels).to(dtype)
    taskA, taskB, *labels = _batch(rng)
    return {**seen, "very large": criterion(500 * taskA, 500 * taskB, *labels)}


@uncertainty_weights.check("does the same in train and in eval mode, and leaves its inputs as they were")
def loss_modes(course: Any, rng: torch.Generator) -> Any:
    batch = _batch(rng)
    before = [tensor.clone() for tensor in batch]
    criterion = _learned(course, batch)
    losses = [criterion.train(training)(*batch) for training in (True, False)]
    return {"the same in both modes": torch.equal(*losses), **_unchanged(batch, before)}


@uncertainty_weights.check("keeps the weights when it is saved and loaded, and shares them with no other")
def saved(course: Any, rng: torch.Generator) -> Any:
    criterion, loaded, other = _learned(course, _batch(rng)), *(course.losses.UncertaintyWeights() for _ in range(2))
    loaded.load_state_dict(criterion.state_dict())
    return {"loaded as saved": loaded.weights() == criterion.weights(), "weights of another": other.weights()}
