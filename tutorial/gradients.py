"""The gradients of two tasks in the weights that they share: do they agree, and what if they do not?"""

from collections.abc import Iterable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .tasks import Pair


def task_gradients(losses: Sequence[Tensor], parameters: Iterable[nn.Parameter]) -> Tensor:
    """Take the tasks' gradients apart, before they are added up.

    The parameters' own `.grad` stays as it is, and the graph is kept: `backward` may follow.

    Args:
        losses: A scalar for each task, from one forward pass.
        parameters: What the tasks share.

    Returns:
        `(tasks, weights)`: in each row one loss's gradient, all parameters flattened and put one after the other;
        zeros for a parameter that the loss does not depend on.
    """
    # TODO 5.5 take the tasks' gradients apart
    raise NotImplementedError("exercise 5.5: task_gradients")


def project_conflict(gradient_a: Tensor, gradient_b: Tensor) -> Pair[Tensor]:
    """Take out of each task's gradient what works against the other task (PCGrad, Yu et al. 2020).

    Two gradients conflict if their dot product is negative: a step for one task undoes progress of the other. Then each
    is projected onto the plane that is perpendicular to the other's original gradient
    (https://arxiv.org/abs/2001.06782). Gradients that agree stay as they are.

    Args:
        gradient_a: `(weights,)`, of task A.
        gradient_b: `(weights,)`, of task B.

    Returns:
        Both gradients, `(weights,)` each; neither works against the other task any more. What went in stays as it is.
    """
    # TODO 5.6 project away what two tasks fight about
    raise NotImplementedError("exercise 5.6: project_conflict")


def shared_parameters(model: nn.Module) -> list[nn.Parameter]:
    """List what both tasks share and what trains: everything but the heads, whose parts are named `…_classifier`."""
    named = model.named_parameters()
    return [p for name, p in named if p.requires_grad and not name.split(".")[0].endswith("_classifier")]


def backward_without_conflict(losses: Pair[Tensor], model: nn.Module) -> float:
    """Do what `backward` does for the sum of both losses, with the conflict in the shared weights taken out.

    Returns:
        The cosine of both tasks' gradients in the shared weights before that.
    """
    shared = shared_parameters(model)
    gradients = task_gradients(losses, shared)
    (losses.taskA + losses.taskB).backward()  # the heads' gradients are right by now
    together = torch.stack(tuple(project_conflict(*gradients))).sum(dim=0)
    for parameter, gradient in zip(shared, together.split([p.numel() for p in shared]), strict=True):
        parameter.grad = gradient.view_as(parameter)
    return F.cosine_similarity(gradients[0], gradients[1], dim=0).item()
