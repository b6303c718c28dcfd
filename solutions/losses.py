"""Two losses, one number to minimize."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


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
    return alpha * F.cross_entropy(taskA_logits, taskA_labels) + beta * F.cross_entropy(taskB_logits, taskB_labels)


class FixedWeights(nn.Module):
    """`combined_loss` with its weights set once and for all."""

    def __init__(self, alpha: float, beta: float) -> None:
        super().__init__()
        self.alpha = alpha
        self.beta = beta

    def forward(self, taskA_logits: Tensor, taskB_logits: Tensor, taskA_labels: Tensor, taskB_labels: Tensor) -> Tensor:
        """Combine the two cross-entropies; arguments as in `combined_loss`."""
        return combined_loss(taskA_logits, taskB_logits, taskA_labels, taskB_labels, self.alpha, self.beta)


class UncertaintyWeights(nn.Module):
    """Learn how much each task counts from how uncertain it is (Kendall et al. 2018, https://arxiv.org/abs/1705.07115).

    With `s = log(sigma^2)` learned per task, from 0, the loss is the sum of `exp(-s) * loss + s / 2`: an uncertain task
    counts less, and the second term keeps the model from calling every task uncertain.
    """

    def __init__(self) -> None:
        super().__init__()
        self.log_variances = nn.Parameter(torch.zeros(2))

    def weights(self) -> list[float]:
        """Give the two weights learned so far: what `alpha` and `beta` are in `combined_loss`."""
        weights: list[float] = torch.exp(-self.log_variances).tolist()
        return weights

    def forward(self, taskA_logits: Tensor, taskB_logits: Tensor, taskA_labels: Tensor, taskB_labels: Tensor) -> Tensor:
        """Combine the two cross-entropies with the weights learned so far; arguments as in `combined_loss`."""
        losses = torch.stack([F.cross_entropy(taskA_logits, taskA_labels), F.cross_entropy(taskB_logits, taskB_labels)])
        return (torch.exp(-self.log_variances) * losses + self.log_variances / 2).sum()
