"""Where do the embeddings of new sentences go while the model trains?"""

import torch
from torch import Tensor

from solutions.config import FreezeStrategy
from solutions.dataset import MultiTaskDataset
from solutions.similarity import cosine_similarity_matrix
from solutions.trainer import build_model, generated_split, train

from .training import hard_config

SEEDS = range(3)
SETTINGS = {
    "backbone frozen": {"freeze": FreezeStrategy.BACKBONE, "rate": 1e-3},
    "backbone trained": {"freeze": FreezeStrategy.NOTHING, "rate": 1e-4},
}


def measure(seed: int, freeze: FreezeStrategy, rate: float) -> dict[str, object]:
    """Embed the test sentences before training and after each of six epochs; the map itself is of the first seed."""
    config = hard_config(dataset_size=240, seed=seed, freeze=freeze, learning_rate=rate)
    train_set, test_set = generated_split(config)
    model = build_model(config)
    steps = [model.encode(test_set.sentences)]
    train(model, train_set, config, log=lambda *_: steps.append(model.encode(test_set.sentences)))
    embeddings = torch.stack(steps)  # (epochs + 1, sentences, dim)
    points, share = principal_plane(embeddings)
    within, between = zip(*(cosines(embedding, groups(test_set)) for embedding in embeddings), strict=True)
    measured: dict[str, object] = {"within": list(within), "between": list(between), "share": share}
    if seed == 0:
        measured["points"] = [[[round(x, 3) for x in point] for point in epoch] for epoch in points.tolist()]
        measured["sentences"] = test_set.sentences
        measured["labels"] = [list(sample.labels) for sample in test_set.samples]
    return measured


def principal_plane(embeddings: Tensor) -> tuple[Tensor, float]:
    """Project on the two directions in which the vectors of all epochs together vary most.

    One plane for all epochs: what moves on the map has moved.

    Args:
        embeddings: `(epochs, sentences, dim)`.

    Returns:
        The points, `(epochs, sentences, 2)`, and the share of all the variance that the two directions hold.
    """
    flat = embeddings.flatten(0, 1).double()
    centred = flat - flat.mean(dim=0)
    _, sizes, directions = torch.linalg.svd(centred, full_matrices=False)
    # The sign of a direction is arbitrary: make its largest part positive, on every machine.
    largest = directions.gather(1, directions.abs().argmax(dim=1, keepdim=True))
    plane = (directions * largest.sign())[:2]
    variance = sizes.square()
    return (centred @ plane.T).view(*embeddings.shape[:2], 2), float(variance[:2].sum() / variance.sum())


def groups(dataset: MultiTaskDataset) -> Tensor:
    """Number the combinations of both labels: `(sentences,)`."""
    return torch.tensor([2 * sample.taskA + sample.taskB for sample in dataset.samples])


def cosines(embeddings: Tensor, group: Tensor) -> tuple[float, float]:
    """Give the mean cosine of two sentences of one group, and of two groups."""
    matrix = cosine_similarity_matrix(embeddings)
    same = group.unsqueeze(1) == group
    return float(matrix[same & ~torch.eye(len(group), dtype=torch.bool)].mean()), float(matrix[~same].mean())
