"""Checks of exercise 4.6, `combined_loss`."""

from typing import Any

import torch

from ...protocol.suite import Code, Suite
from ..inputs import HALVES, logits_and_labels, unchanged

suite = Suite()


@suite.check("adds the two cross-entropies, each times its own weight")
def weighted_sum(code: Code, rng: torch.Generator) -> Any:
    return code.losses.combined_loss(*logits_and_labels(rng), 0.5, 2.0)


@suite.check("weighs task A with 0.6 and task B with 0.8 by default")
def default_weights(code: Code, rng: torch.Generator) -> Any:
    return code.losses.combined_loss(*logits_and_labels(rng))


@suite.check("leaves a task out whose weight is 0")
def zero_weights(code: Code, rng: torch.Generator) -> Any:
    batch = logits_and_labels(rng)
    combine = code.losses.combined_loss
    return {"beta 0": combine(*batch, 1.0, 0.0), "alpha 0": combine(*batch, 0.0, 3.0)}


@suite.check("averages over the sentences, whether there is one or many")
def batch_sizes(code: Code, rng: torch.Generator) -> Any:
    return {f"size {size}": code.losses.combined_loss(*logits_and_labels(rng, size), 0.5, 2.0) for size in (1, 2, 9)}


@suite.check("takes any number of classes")
def class_numbers(code: Code, rng: torch.Generator) -> Any:
    batches = {f"{a} and {b} classes": logits_and_labels(rng, 7, (a, b)) for a, b in ((2, 5), (7, 4))}
    return {name: code.losses.combined_loss(*batch, 0.5, 2.0) for name, batch in batches.items()}


@suite.check("sends each task's logits their share of the gradient")
def logits_gradient(code: Code, rng: torch.Generator) -> Any:
    batch = logits_and_labels(rng)
    logits = [tensor.requires_grad_() for tensor in batch[:2]]
    code.losses.combined_loss(*batch, 0.5, 2.0).backward()
    return {"taskA_logits": logits[0].grad, "taskB_logits": logits[1].grad}


@suite.check("stays exact for very large logits")
def large_logits(code: Code, rng: torch.Generator) -> Any:
    logits = torch.tensor([[1000.0, 0.0], [-1000.0, 0.0], [200.0, 199.0]])
    labels = torch.tensor([0, 0, 1])
    return code.losses.combined_loss(logits, -logits, labels, labels, 0.5, 2.0)


@suite.check("takes float16, bfloat16 and transposed logits")
def awkward_logits(code: Code, rng: torch.Generator) -> Any:
    seen = {}
    for dtype in (*HALVES, torch.float32):
        taskA, taskB, *labels = logits_and_labels(rng)
        logits = [tensor.to(dtype).T.contiguous().T for tensor in (taskA, taskB)]
        # A sum in float32 is as right as one in the type of the logits.
        seen[str(dtype)] = code.losses.combined_loss(*logits, *labels, 0.5, 2.0).to(dtype)
    return seen


@suite.check("leaves the logits and the labels as they were")
def loss_inputs(code: Code, rng: torch.Generator) -> Any:
    batch = logits_and_labels(rng)
    before = [tensor.clone() for tensor in batch]
    code.losses.combined_loss(*batch, 0.5, 2.0)
    return unchanged(batch, before)
