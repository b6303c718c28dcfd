"""A finer measure than accuracy: each task's loss on the test set, which still falls when all answers are right."""

import torch.nn.functional as F

from solutions.dataset import MultiTaskDataset
from solutions.encoder import inference
from solutions.evaluator import labels_and_logits
from solutions.multitask import MultiTaskSentenceTransformer
from solutions.trainer import token_batches


def cross_entropies(model: MultiTaskSentenceTransformer, dataset: MultiTaskDataset) -> dict[str, float]:
    """Give each task's mean cross-entropy, unweighted and with dropout off, in nats: guessing has ln 2, about 0.69."""
    with inference(model):
        scored = [(batch, model(**batch.inputs)) for batch in token_batches(model, dataset, 64)]
    pairs = labels_and_logits(scored)
    return {f"{task}_loss": float(F.cross_entropy(logits, labels)) for task, (labels, logits) in pairs.items()}
