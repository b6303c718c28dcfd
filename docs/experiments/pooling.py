"""Which pooling tells sentences apart: the mean, the maximum, or the CLS token?"""

from collections.abc import Callable

import torch
from torch import Tensor

from solutions.dataset import MultiTaskDataset, generate_dataset
from solutions.encoder import inference
from solutions.multitask import MultiTaskSentenceTransformer
from solutions.pooling import max_pool, mean_pool
from solutions.similarity import SAMPLE_SENTENCES, cosine_similarity_matrix
from solutions.trainer import build_model, generated_split, train

from .training import hard_config, scores

SEEDS = range(5)
SETTINGS = {
    "mean": {"pooling": "mean"},
    "max": {"pooling": "max"},
    "CLS": {"pooling": "CLS"},
    "mean, padding counted": {"pooling": "mean", "counts_padding": True},
    "max, padding counted": {"pooling": "max", "counts_padding": True},
}
# All sentences are padded to this many tokens, as if a long one stood in their batch.
LENGTH = 32
NEIGHBOURS = 10

Pool = Callable[[Tensor, Tensor], Tensor]


def cls_pool(tokens: Tensor, mask: Tensor) -> Tensor:
    """Take the first token, whose vector BERT was pretrained to decide about whole inputs with."""
    return tokens[:, 0]


POOLS: dict[str, Pool] = {"mean": mean_pool, "max": max_pool, "CLS": cls_pool}


def measure(seed: int, pooling: str, counts_padding: bool = False) -> dict[str, object]:
    """Compare the six sentences, look for neighbours among the course's own, and train the heads."""
    config = hard_config(seed=seed, learning_rate=1e-3)
    model = build_model(config)
    pool = POOLS[pooling]
    model.pool = (lambda tokens, mask: pool(tokens, torch.ones_like(mask))) if counts_padding else pool
    matrix = cosine_similarity_matrix(embed(model, SAMPLE_SENTENCES))
    dataset = generate_dataset(400, seed)
    same_topic, same_labels = neighbours(dataset, cosine_similarity_matrix(embed(model, dataset.sentences)))
    measured = {
        "matrix": matrix.tolist(),
        "s1_s3": float(matrix[0, 2]),
        "s1_s5": float(matrix[0, 4]),
        "s1_s6": float(matrix[0, 5]),
        "gap_s5": float(matrix[0, 2] - matrix[0, 4]),
        "gap_s6": float(matrix[0, 2] - matrix[0, 5]),
        "same_topic": same_topic,
        "same_labels": same_labels,
    }
    if not counts_padding:
        train_set, test_set = generated_split(config)
        train(model, train_set, config)
        measured |= scores(model, test_set)
    return measured


def embed(model: MultiTaskSentenceTransformer, sentences: list[str] | tuple[str, ...]) -> Tensor:
    """Embed sentences that are padded to one length: `(batch, dim)`."""
    inputs = model.tokenizer(
        list(sentences), padding="max_length", truncation=True, max_length=LENGTH, return_tensors="pt"
    )
    with inference(model):
        return model.project(model.features(inputs["input_ids"], inputs["attention_mask"])).clone()


def neighbours(dataset: MultiTaskDataset, similarities: Tensor) -> tuple[float, float]:
    """Say how well the nearest neighbours fit: precision at 10, over all sentences as queries.

    A sentence of the query's own template does not count, since it is alike for another reason.

    Returns:
        The share of neighbours with the query's topic, and with both of its labels.
    """
    templates = {template: number for number, template in enumerate({s.template for s in dataset.samples})}
    template = torch.tensor([templates[sample.template] for sample in dataset.samples])
    topic = torch.tensor([sample.taskA for sample in dataset.samples])
    mood = torch.tensor([sample.taskB for sample in dataset.samples])
    ranked = similarities.masked_fill(template.unsqueeze(1) == template, -2)
    nearest = ranked.topk(NEIGHBOURS).indices  # (queries, neighbours)
    fits_topic = topic[nearest] == topic.unsqueeze(1)
    fits_both = fits_topic & (mood[nearest] == mood.unsqueeze(1))
    return float(fits_topic.double().mean()), float(fits_both.double().mean())
