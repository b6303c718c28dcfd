"""Two losses, one number to minimize."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .tasks import UNLABELLED


def combined_loss(
    taskA_logits: Tensor,
    taskB_logits: Tensor,
    taskA_labels: Tensor,
    taskB_labels: Tensor,
    alpha: float = 0.6,
    beta: float = 0.8,
) -> Tensor:
    """Weigh the two tasks' cross-entropies: `alpha * lossA + beta * lossB`.

    Args:
        taskA_logits: `(batch, classes)`, before any softmax: cross-entropy applies it.
        taskB_logits: `(batch, classes)`.
        taskA_labels: `(batch,)`, class indices.
        taskB_labels: `(batch,)`.
        alpha: Weight of task A.
        beta: Weight of task B.

    Returns:
        A scalar, in nats.
    """
    # TODO 4.6 weigh the two losses
    raise NotImplementedError("exercise 4.6: combined_loss")


class TaskScore(NamedTuple):
    """How one task fares on the sentences that have a label of it."""

    loss: Tensor
    accuracy: float | None


def score_labelled(logits: Tensor, labels: Tensor) -> TaskScore:
    """Score one task where some sentences have no label of it: they count neither in the loss nor in the accuracy.

    Args:
        logits: `(batch, classes)`, before any softmax.
        labels: `(batch,)`, class indices, or `UNLABELLED`.

    Returns:
        The mean cross-entropy of the labelled sentences, a scalar in nats, and the share of them that were put into
        their class. If none is labelled, a loss of 0 whose gradient is 0 too, and None.
    """
    # TODO 5.4 score sentences that may lack a label
    raise NotImplementedError("exercise 5.4: score_labelled")


class FixedWeights(nn.Module):
    """`combined_loss` with its weights set once and for all; of each task, the labelled sentences count."""

    def __init__(self, alpha: float, beta: float) -> None:
        super().__init__()
        self.alpha = alpha
        self.beta = beta

    def forward(self, taskA_logits: Tensor, taskB_logits: Tensor, taskA_labels: Tensor, taskB_labels: Tensor) -> Tensor:
        """Combine the two cross-entropies; arguments as in `combined_loss`."""
        # What needs no filter is left to the plain loss: only data of one's own lack labels.
        if _complete(taskA_labels, taskB_labels):
            return combined_loss(taskA_logits, taskB_logits, taskA_labels, taskB_labels, self.alpha, self.beta)
        loss_a = score_labelled(taskA_logits, taskA_labels).loss
        loss_b = score_labelled(taskB_logits, taskB_labels).loss
        return self.alpha * loss_a + self.beta * loss_b


class UncertaintyWeights(nn.Module):
    """Learn how much each task counts from how uncertain it is (Kendall et al. 2018, https://arxiv.org/abs/1705.07115).

    With `s = log(sigma^2)` learned per task, from 0, the loss is the sum of `exp(-s) * loss + s / 2`: an uncertain task
    counts less, and the second term keeps the model from calling every task uncertain.
    """

    def __init__(self) -> None:
        # TODO 5.2 learn the weights of the losses
        raise NotImplementedError("exercise 5.2: UncertaintyWeights")

    def weights(self) -> list[float]:
        """Give the two weights learned so far: what `alpha` and `beta` are in `combined_loss`."""
        # TODO 5.2 learn the weights of the losses
        raise NotImplementedError("exercise 5.2: UncertaintyWeights")

    def forward(self, taskA_logits: Tensor, taskB_logits: Tensor, taskA_labels: Tensor, taskB_labels: Tensor) -> Tensor:
        """Combine the two cross-entropies with the weights learned so far; arguments as in `combined_loss`."""
        # TODO 5.2 learn the weights of the losses
        raise NotImplementedError("exercise 5.2: UncertaintyWeights")


class LabelledUncertaintyWeights(UncertaintyWeights):
    """`UncertaintyWeights` where labels may be missing: the weights learn from batches with labels of both tasks."""

    def forward(self, taskA_logits: Tensor, taskB_logits: Tensor, taskA_labels: Tensor, taskB_labels: Tensor) -> Tensor:
        """Combine the two cross-entropies of the labelled sentences; arguments as in `combined_loss`."""
        in_a, in_b = taskA_labels != UNLABELLED, taskB_labels != UNLABELLED
        if in_a.any() and in_b.any():
            return super().forward(taskA_logits[in_a], taskB_logits[in_b], taskA_labels[in_a], taskB_labels[in_b])
        # One task alone has nothing to be weighed against: the weights stay as they are.
        fixed = FixedWeights(*self.weights())
        loss: Tensor = fixed(taskA_logits, taskB_logits, taskA_labels, taskB_labels)
        return loss


def _complete(taskA_labels: Tensor, taskB_labels: Tensor) -> bool:
    return not ((taskA_labels == UNLABELLED) | (taskB_labels == UNLABELLED)).any()


Criterion = FixedWeights | UncertaintyWeights
