"""Cross-entropy of two logits, or binary cross-entropy of one: is there a difference, in gradient or in cost?"""

import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .real import FROZEN, features, labels_of, real_config, real_sets

SEEDS = range(5)
SETTINGS = {"cross-entropy of two logits": {"logits": 2}, "binary cross-entropy of one": {"logits": 1}}
EPOCHS, BATCH, DIM = 6, 32, 512
Loss = Callable[[Tensor, Tensor], Tensor]


def measure(seed: int, logits: int) -> dict[str, float]:
    """Train task B's head on frozen features, and measure accuracy, parameters, seconds and gradients."""
    sets = real_sets(seed)
    known, asked = (features("minilm", part.sentences)["mean"] for part in (sets.train, sets.test))
    labels, truth = labels_of(sets.train).taskB, labels_of(sets.test).taskB
    torch.manual_seed(seed)
    head = nn.Sequential(nn.Linear(known.shape[1], DIM // 2), nn.ReLU(), nn.Linear(DIM // 2, logits))
    optimizer = torch.optim.AdamW(head.parameters(), lr=real_config(**FROZEN).learning_rate)
    start = time.perf_counter()
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(labels)).split(BATCH):
            optimizer.zero_grad()
            _loss(head(known[rows]), labels[rows]).backward()
            optimizer.step()
    seconds = time.perf_counter() - start
    with torch.no_grad():
        given = head(asked)
    predicted = given.argmax(dim=-1) if logits == 2 else (given.squeeze(-1) > 0).long()
    return {
        "taskB": float((predicted == truth).double().mean()),
        "seconds": seconds,
        "parameters": sum(weights.numel() for weights in head.parameters()),
        "gradient_difference": _gradient_difference(),
    }


def _loss(logits: Tensor, labels: Tensor) -> Tensor:
    if logits.shape[-1] == 2:
        return F.cross_entropy(logits, labels)
    return F.binary_cross_entropy_with_logits(logits.squeeze(-1), labels.to(logits.dtype))


def _gradient_difference() -> float:
    """Compare the gradient by logit 1 of two with that by their difference, taken as the only logit, in float64."""
    pair = torch.randn(1000, 2, dtype=torch.double, requires_grad=True)
    single = (pair[:, 1:] - pair[:, :1]).detach().requires_grad_()
    labels = torch.randint(2, (1000,))
    by_pair, by_single = (torch.autograd.grad(_loss(each, labels), each)[0] for each in (pair, single))
    return float((by_pair[:, 1:] - by_single).abs().max())


def derive(summary: dict[str, dict[str, dict[str, float]]]) -> dict[str, float]:
    """Compare the fastest runs: what is slower was disturbed."""
    two, one = (summary[setting]["seconds"]["min"] for setting in SETTINGS)
    return {"seconds ratio": two / one}
