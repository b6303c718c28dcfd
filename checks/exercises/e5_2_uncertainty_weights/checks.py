"""Checks of exercise 5.2, `UncertaintyWeights`."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import SGD

from ...protocol.suite import Case, Code, Suite, case, expect
from ..inputs import HALVES, afterwards, tenths

suite = Suite(sees="the loss")

NAMES = ("taskA_logits", "taskB_logits", "taskA_labels", "taskB_labels")
Batch = dict[str, Tensor]


def _batch(rng: torch.Generator, size: int = 2, classes: tuple[int, int] = (3, 2), scale: float = 2) -> Batch:
    """Make both tasks' logits and labels; task A's loss is far from task B's."""
    labels = [torch.randint(number, (size,), generator=rng) for number in classes]
    right = [torch.eye(number)[truth] for number, truth in zip(classes, labels, strict=True)]
    noise = [torch.rand(size, number, generator=rng) for number in classes]
    logits = [tenths(scale * (noise[0] - right[0])), tenths(scale * (noise[1] + right[1]))]
    return dict(zip(NAMES, (*logits, *labels), strict=True))


def _learned(code: Code, batch: Batch, steps: int) -> Any:
    """Let the weights learn from a batch for some steps."""
    criterion = code.losses.UncertaintyWeights()
    if not steps:  # an optimizer would refuse a module that learns nothing
        return criterion
    optimizer = SGD(criterion.parameters(), lr=0.5)
    for _ in range(steps):
        optimizer.zero_grad()
        expect(Tensor, criterion(*batch.values()), "the loss").backward()
        optimizer.step()
    return criterion


def _case(label: str, code: Code, batch: Batch, see: Callable[[Any], Any], steps: int) -> Case:
    """Make the case of what is seen once the weights have learned from a batch."""
    return case(label, lambda: see(_learned(code, batch, steps)), **batch)


def _loss_of(batch: Batch) -> Callable[[Any], Any]:
    return lambda criterion: criterion(*batch.values())


@suite.check("starts as the plain sum of the two cross-entropies")
def plain_sum(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, size in {"one sentence": 1, "two sentences": 2, "four sentences": 4}.items():
        batch = _batch(rng, size)
        yield _case(label, code, batch, _loss_of(batch), steps=0)


@suite.check("gives both weights as plain numbers, 1 at the start", sees="the weights")
def first_weights(code: Code, rng: torch.Generator) -> Any:
    return code.losses.UncertaintyWeights().weights()


@suite.check("learns one number for each task, from 0")
def learned_numbers(code: Code, rng: torch.Generator) -> Any:
    parameters = list(expect(nn.Module, code.losses.UncertaintyWeights(), "an UncertaintyWeights").parameters())
    trains = ["trains" if parameter.requires_grad else "frozen" for parameter in parameters for _ in parameter.view(-1)]
    numbers = [number for parameter in parameters for number in parameter.flatten().tolist()]
    return {"the numbers in `parameters()`": numbers, "whether each of them trains": trains}


@suite.check("has learned the right weights after some steps", sees="the weights")
def later_weights(code: Code, rng: torch.Generator) -> Iterator[Case]:
    batch = _batch(rng)
    for label, steps in {"after one step": 1, "after three steps": 3}.items():
        yield _case(label, code, batch, lambda criterion: criterion.weights(), steps)


@suite.check("gives the right loss with the weights learned so far")
def later_loss(code: Code, rng: torch.Generator) -> Iterator[Case]:
    batch, sure = _batch(rng), _batch(rng)
    sure |= {name: sure[name] + 9 * torch.eye(sure[name].shape[1])[sure[f"{name[:5]}_labels"]] for name in NAMES[:2]}
    cases = {
        "after one step": (batch, 1),
        "after three steps": (batch, 3),
        "after eight steps, the model is sure, the loss is negative": (sure, 8),
    }
    for label, (given, steps) in cases.items():
        yield _case(label, code, given, _loss_of(given), steps)


@suite.check("weighs the logits' gradients with the weights learned so far")
def weighted_gradient(code: Code, rng: torch.Generator) -> Iterator[Case]:
    batch = _batch(rng)
    for label, steps in {"at the start": 0, "after three steps": 3}.items():
        yield _case(label, code, batch, partial(_gradients, batch), steps)


def _gradients(batch: Batch, criterion: Any) -> dict[str, Tensor | None]:
    logits = [batch[name].clone().requires_grad_() for name in NAMES[:2]]
    loss = criterion(*logits, *(batch[name] for name in NAMES[2:]))
    expect(Tensor, loss, "the loss").backward()
    return {f"the gradient of {name}": tensor.grad for name, tensor in zip(NAMES, logits, strict=False)}


@suite.check("settles on the weights that minimize the loss", sees="the weights", slack=10)
def settled(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _case("after sixty steps", code, _batch(rng), lambda criterion: criterion.weights(), steps=60)


@suite.check("averages over one sentence or many, with any number of classes")
def other_batches(code: Code, rng: torch.Generator) -> Iterator[Case]:
    learned_from = _batch(rng)
    cases = {
        "one sentence, two classes each": (1, (2, 2)),
        "two sentences, four and five classes": (2, (4, 5)),
        "nine sentences, three and two classes": (9, (3, 2)),
    }
    for label, (size, classes) in cases.items():
        batch = _batch(rng, size, classes)
        yield case(label, partial(_later_loss, code, learned_from, batch), **batch)


def _later_loss(code: Code, learned_from: Batch, batch: Batch) -> Any:
    return _learned(code, learned_from, steps=2)(*batch.values())


@suite.check("takes float16, bfloat16, transposed and very large logits", careful=True)
def half_precision(code: Code, rng: torch.Generator) -> Iterator[Case]:
    learned_from = _batch(rng)
    for dtype in (*HALVES, torch.float32):
        batch = _batch(rng)
        batch |= {name: batch[name].to(dtype).T.contiguous().T for name in NAMES[:2]}
        see = partial(_rounded_loss, dtype, code, learned_from, batch)
        yield case(f"{str(dtype).removeprefix('torch.')}, transposed", see, **batch)
    large = _batch(rng, scale=800)
    yield case("very large logits", partial(_later_loss, code, learned_from, large), **large)


def _rounded_loss(dtype: torch.dtype, code: Code, learned_from: Batch, batch: Batch) -> Any:
    """Give the loss in the logits' dtype: one in float32 is as right."""
    loss = _later_loss(code, learned_from, batch)
    return loss.to(dtype) if isinstance(loss, Tensor) else loss


@suite.check("does the same in train and in eval mode", careful=True)
def loss_modes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    batch = _batch(rng)
    yield _case("train mode", code, batch, lambda criterion: criterion.train()(*batch.values()), steps=2)
    yield _case("eval mode", code, batch, lambda criterion: criterion.eval()(*batch.values()), steps=2)


@suite.check("leaves its inputs as they were", careful=True)
def loss_inputs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    batch = _batch(rng)
    yield _case("two sentences", code, batch, lambda criterion: afterwards(criterion, **batch), steps=0)


@suite.check("keeps the weights when it is saved and loaded, and shares them with no other", careful=True)
def saved(code: Code, rng: torch.Generator) -> Iterator[Case]:
    batch = _batch(rng)

    def see(criterion: Any) -> Any:
        loaded, other = (code.losses.UncertaintyWeights() for _ in range(2))
        loaded.load_state_dict(criterion.state_dict())
        return {"the weights when loaded": loaded.weights(), "the weights of another": other.weights()}

    yield _case("after two steps", code, batch, see, steps=2)
