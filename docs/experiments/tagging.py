"""A head on the tokens beside one on the sentence: what do both do together, and what do common mistakes cost?"""

from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from solutions.dataset import template_split
from solutions.encoder import inference
from solutions.tagging import (
    TaggingOutput,
    TaggingSentenceTransformer,
    build_tagger,
    evaluate_tagger,
    tagged_batch,
    train_tagger,
)
from solutions.tags import TaggedBatch
from solutions.tasks import UNLABELLED

SEEDS = range(5)
SIZE = 800
SETTINGS: dict[str, dict[str, Any]] = {
    "both tasks": {},
    "both tasks, words of training": {"disjoint_words": False},
    "tags alone": {"alpha": 0.0},
    "sentences alone": {"beta": 0.0},
    "labels not moved past [CLS]": {"mistake": "not moved"},
    "padding counted": {"mistake": "padding"},
    "every piece counted": {"mistake": "pieces"},
    "head on the sentence vector": {"mistake": "sentence vector"},
}


class OnTheSentenceVector(TaggingSentenceTransformer):
    """A tagger whose two heads both read the pooled vector."""

    def forward(  # type: ignore[override]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        tokens: Tensor | None = None,
    ) -> TaggingOutput:
        """Give every token of a sentence the same logits."""
        output: TaggingOutput = super().forward(input_ids, attention_mask, tokens)
        if tokens is None or attention_mask is None:
            raise ValueError("give tokens and attention_mask")
        pooled = self.pool(tokens, attention_mask).unsqueeze(1).expand_as(tokens)
        return output._replace(tag_logits=self.tag_classifier(pooled))


def measure(
    seed: int, disjoint_words: bool = True, alpha: float = 1.0, beta: float = 1.0, mistake: str = ""
) -> dict[str, float]:
    """Train heads on a frozen backbone, with or without a mistake, and score sentences of other templates.

    Scored are the words, as it should be, and what the code with the mistake would say of itself.
    """
    train_batch, test_batch = _batches(seed, disjoint_words)
    model = build_tagger(seed)
    if mistake == "sentence vector":
        model.__class__ = OnTheSentenceVector
    train_tagger(model, _mislabel(train_batch, mistake), alpha=alpha, beta=beta, seed=seed)
    accuracy, (precision, recall, f1) = evaluate_tagger(model, test_batch)
    own = _mislabel(test_batch, mistake)
    return {
        "accuracy": accuracy,
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "tags": _right_tags(model, test_batch),
        "own_f1": evaluate_tagger(model, own).entities.f1,
        "own_tags": _right_tags(model, own),
    }


@lru_cache(maxsize=2)
def _batches(seed: int, disjoint_words: bool) -> tuple[TaggedBatch, TaggedBatch]:
    """Give a training and a test set that share no template; the settings of one seed share the transformer's work."""
    model = build_tagger(seed)
    train_set, test_set = template_split(SIZE, 0.2, seed, disjoint_words)
    return tagged_batch(model, train_set.samples), tagged_batch(model, test_set.samples)


def _mislabel(batch: TaggedBatch, mistake: str) -> TaggedBatch:
    """Label pieces as a common mistake does."""
    labels, mask = batch.tag_labels, batch.inputs["attention_mask"]
    match mistake:
        case "not moved":
            labels = torch.nn.functional.pad(labels[:, 1:], (0, 1), value=UNLABELLED)
        case "padding":
            labels = labels.masked_fill(mask == 0, 0)
        case "pieces":
            labels = _on_all_pieces(labels, mask)
    return batch._replace(tag_labels=labels)


def _on_all_pieces(labels: Tensor, mask: Tensor) -> Tensor:
    """Give each piece the label of its word."""
    labels = labels.clone()
    lengths = mask.sum(dim=1)
    for place in range(2, labels.shape[1]):
        further = (labels[:, place] == UNLABELLED) & (place < lengths - 1)  # the last one is the special token
        labels[further, place] = labels[further, place - 1]
    return labels


def _right_tags(model: TaggingSentenceTransformer, batch: TaggedBatch) -> float:
    """Give the share of labelled pieces that have their tag."""
    with inference(model):
        output: TaggingOutput = model(**batch.inputs)
    counted = batch.tag_labels != UNLABELLED
    right = output.tag_logits.argmax(dim=-1)[counted] == batch.tag_labels[counted]
    return right.double().mean().item()
