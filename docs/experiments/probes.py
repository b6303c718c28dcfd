"""What does each layer hold: how well can a linear model read topic, mood and length from it?"""

from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from solutions.dataset import MultiTaskDataset
from solutions.encoder import SentenceTransformer, inference
from solutions.pooling import mean_pool
from solutions.reviews import load_reviews, review_split

from .real import labels_of

SEEDS = range(5)
SETTINGS = {"MiniLM": {"backbone": "minilm"}, "MPNet": {"backbone": "mpnet"}}
SIZE = 1200


def measure(seed: int, backbone: str) -> dict[str, list[float]]:
    """Fit linear models on each depth's mean over the tokens, of 720 sentences; test them on 480 of other reviews."""
    train_set, test_set = review_split(load_reviews(SIZE, seed=seed).dataset, 0.4, seed)
    known, asked = (_layers(backbone, part) for part in (train_set, test_set))
    results: dict[str, list[float]] = {"taskA": [], "taskB": [], "length": []}
    for layer in range(known.shape[0]):
        for (task, seen), truth in zip(labels_of(train_set).items(), labels_of(test_set), strict=True):
            probe = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=1000)).fit(known[layer], seen)
            results[task].append(float(probe.score(asked[layer], truth)))
        ruler = make_pipeline(StandardScaler(), Ridge(alpha=100.0))
        ruler.fit(known[layer], _lengths(train_set))
        results["length"].append(float(ruler.score(asked[layer], _lengths(test_set))))
    return results


def _lengths(dataset: MultiTaskDataset) -> NDArray[Any]:
    """Give the logarithm of each sentence's number of words."""
    return np.log([len(sentence.split()) for sentence in dataset.sentences])


def _layers(backbone: str, dataset: MultiTaskDataset) -> NDArray[Any]:
    """Give the mean over the tokens at each depth, `(layers + 1, sentences, hidden)`, the embeddings first."""
    encoder = _encoder(backbone)
    pooled: list[torch.Tensor] = [torch.empty(0)] * len(dataset)
    with inference(encoder):
        for positions, inputs in encoder.batches_by_length(dataset.sentences):
            depths = encoder.transformer(**inputs, output_hidden_states=True).hidden_states
            means = torch.stack([mean_pool(tokens, inputs["attention_mask"]) for tokens in depths], dim=1)
            for position, sentence in zip(positions, means, strict=True):
                pooled[position] = sentence.clone()
    return torch.stack(pooled, dim=1).numpy()


@cache
def _encoder(backbone: str) -> SentenceTransformer:
    return SentenceTransformer.from_pretrained(backbone)
