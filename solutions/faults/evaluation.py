"""An evaluation: what a classifier of two classes is worth on sentences that it has not seen."""

from collections.abc import Sequence

import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn
from torch.nn import functional as F

Batch = tuple[Tensor, Tensor]


@torch.no_grad()
def measure(model: nn.Module, batches: Sequence[Batch]) -> dict[str, float]:
    """Measure a classifier over all samples of all batches; how they are cut into batches changes nothing.

    Measuring is not training: the same model and the same batches give the same numbers, whatever mode the model is in.
    That mode stays as it was.

    Args:
        model: Gives logits, `(batch, classes)`; there are two classes.
        batches: Inputs and class numbers.

    Returns:
        `loss` is the mean cross-entropy, `accuracy` the share of samples that are classified rightly, `recall` the mean
        over both classes of the share of their samples that are found, and `auc` the probability that a sample of
        class 1 gets a higher probability of class 1 than a sample of class 0 does.
    """
    was_training = model.training
    model.eval()
    collected, right, count = [], 0.0, 0
    for inputs, labels in batches:
        logits = model(inputs)
        right += (logits.argmax(dim=1) == labels).float().sum().item()
        count += len(labels)
        collected.append(logits)
    model.train(was_training)

    logits, labels = torch.cat(collected), torch.cat([labels for _, labels in batches])
    predicted, probabilities = logits.argmax(dim=1), logits.softmax(dim=1)
    confusion = _confusion(predicted, labels)
    found = confusion.diagonal() / confusion.sum(dim=1)
    return {
        "loss": F.cross_entropy(logits, labels).item(),
        "accuracy": right / count,
        "recall": found.mean().item(),
        "auc": float(roc_auc_score(labels.numpy(), probabilities[:, 1].numpy())),
    }


def _confusion(predicted: Tensor, labels: Tensor) -> Tensor:
    """Count samples by their class (rows) and by the class that they were taken for (columns), `(2, 2)`."""
    counts = torch.zeros(2, 2)
    for truth, guess in zip(labels.tolist(), predicted.tolist(), strict=True):
        counts[truth, guess] += 1
    return counts
