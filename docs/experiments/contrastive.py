"""What does training the embedding itself do to the embedding, and to what heads can read from it?"""

from collections.abc import Callable
from typing import Any

from sklearn.linear_model import LogisticRegression
from torch import Tensor

from solutions.config import FreezeStrategy, OptimizerConfig
from solutions.contrastive import label_groups, train_by_dropout, train_by_groups
from solutions.dataset import MultiTaskDataset
from solutions.freezing import apply_strategy
from solutions.geometry import measure_quality
from solutions.multitask import MultiTaskSentenceTransformer
from solutions.reviews import load_reviews, review_split
from solutions.similarity import cosine_similarity_matrix
from solutions.trainer import build_model, cache_features, generated_split

from .general import SENTENCES, found_paraphrases
from .training import hard_config

SEEDS = range(3)
SETTINGS: dict[str, dict[str, Any]] = {
    f"{data}, {name}": {"data": data, **training}
    for data in ("generated", "reviews")
    for name, training in {
        "untrained": {},
        "dropout": {"epochs": 1, "rate": 3e-5},
        "labels": {"epochs": 5, "rate": 1e-3},
        "labels, temperature 1": {"epochs": 5, "rate": 1e-3, "temperature": 1.0},
        "labels, hard negatives": {"epochs": 5, "rate": 1e-3, "hard": 1},
        "labels, nothing excluded": {"epochs": 5, "rate": 1e-3, "exclude": False},
        "labels, backbone trains": {"epochs": 1, "rate": 1e-4, "frozen": False},
    }.items()
}
SIZE, TEST_FRACTION = 800, 0.4


def measure(
    seed: int,
    data: str,
    epochs: int = 0,
    rate: float = 0.0,
    temperature: float = 0.05,
    hard: int = 0,
    exclude: bool = True,
    frozen: bool = True,
) -> dict[str, float]:
    """Train the embedding on 480 sentences, and measure it on 320 others."""
    train_set, test_set = _sets(data, seed)
    model = build_model(hard_config(seed=seed))
    groups = label_groups(train_set)
    if epochs:
        config = OptimizerConfig(seed=seed, epochs=epochs, learning_rate=rate)
        by_labels = rate > 3e-5
        apply_strategy(model, FreezeStrategy.BACKBONE if frozen and by_labels else FreezeStrategy.NOTHING)
        model.train()
        if by_labels:
            embed = _embed(model, train_set, frozen)
            train_by_groups(model, embed, groups, config, hard, temperature, exclude)
        else:
            train_by_dropout(model, train_set.sentences, config, temperature)
    return _measured(model, train_set, test_set)


def _sets(data: str, seed: int) -> tuple[MultiTaskDataset, MultiTaskDataset]:
    if data == "reviews":
        return review_split(load_reviews(SIZE, seed=seed).dataset, TEST_FRACTION, seed)
    return generated_split(hard_config(dataset_size=SIZE, test_fraction=TEST_FRACTION, seed=seed))


def _embed(model: MultiTaskSentenceTransformer, dataset: MultiTaskDataset, frozen: bool) -> Callable[[Tensor], Tensor]:
    if frozen:
        features = cache_features(model, dataset.sentences)
        return lambda rows: model.project(features[rows])

    def embed(rows: Tensor) -> Tensor:
        return model.project(model.features(**model.tokenize([dataset.sentences[row] for row in rows.tolist()])))

    return embed


def _measured(
    model: MultiTaskSentenceTransformer, train_set: MultiTaskDataset, test_set: MultiTaskDataset
) -> dict[str, float]:
    known, asked = model.encode(train_set.sentences), model.encode(test_set.sentences)
    geometry, correlation = measure_quality(asked, test_set)
    measured = {**geometry._asdict(), "spearman": correlation}
    measured["found"] = found_paraphrases(cosine_similarity_matrix(model.encode(SENTENCES)))
    for task, truth, answers in zip(("taskA", "taskB"), _labels(train_set), _labels(test_set), strict=True):
        measured[task] = float(LogisticRegression(max_iter=1000).fit(known, truth).score(asked, answers))
    return measured


def _labels(dataset: MultiTaskDataset) -> list[tuple[int, ...]]:
    return list(zip(*(sample.labels for sample in dataset.samples), strict=True))
