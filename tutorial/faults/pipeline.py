"""From labelled texts to batches for training and for the test: word counts and class numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

Batch = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Prepared:
    """What training and the test need.

    Attributes:
        vocabulary: The words that are counted.
        classes: Name of each class, by its number.
        train: Batches of features, `(batch, words)`, and class numbers, `(batch,)`, in random order.
        test: The same, in the order of the texts.
    """

    vocabulary: tuple[str, ...]
    classes: tuple[str, ...]
    train: list[Batch]
    test: list[Batch]


def prepare(
    texts: Sequence[str], labels: Sequence[str], test_share: float = 0.25, batch_size: int = 8, seed: int = 0
) -> Prepared:
    """Prepare labelled texts for training and for an honest test.

    A text that comes several times counts once. The test tells of texts that training knows nothing of. Every text
    stands in exactly one batch, with its own label; the last batch of each side may be smaller.

    Args:
        texts: Sentences.
        labels: Name of the class of each.
        test_share: Of the different texts, rounded.
        batch_size: Of both sides.
        seed: Of the split and of the order of the training batches.
    """
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(texts), generator=generator).tolist()
    size = round(test_share * len(texts))
    train, test = order[size:], sorted(order[:size])
    train_texts, train_labels = [texts[i] for i in train], [labels[i] for i in train]
    test_texts, test_labels = [texts[i] for i in test], [labels[i] for i in test]
    train_texts, train_labels = _without_copies(train_texts, train_labels)
    test_texts, test_labels = _without_copies(test_texts, test_labels)

    vocabulary = _words(texts)
    classes = sorted(set(labels))
    train_features, test_features = _counts(train_texts, vocabulary), _counts(test_texts, vocabulary)
    train_numbers, test_numbers = _numbers(train_labels), _numbers(test_labels)

    train_features = train_features[torch.randperm(len(train_features), generator=generator)]
    train_numbers = train_numbers[torch.randperm(len(train_numbers), generator=generator)]
    return Prepared(
        tuple(vocabulary),
        tuple(classes),
        _batches(train_features, train_numbers, batch_size),
        _batches(test_features, test_numbers, batch_size),
    )


def _without_copies(texts: Sequence[str], labels: Sequence[str]) -> tuple[list[str], list[str]]:
    """Keep the first of several equal texts, with its label."""
    kept: dict[str, str] = {}
    for text, label in zip(texts, labels, strict=True):
        kept.setdefault(text, label)
    return list(kept), list(kept.values())


def _words(texts: Sequence[str]) -> list[str]:
    """List the different words of some texts."""
    return sorted({word for text in texts for word in text.split()})


def _counts(texts: Sequence[str], vocabulary: Sequence[str]) -> Tensor:
    """Count in each text each word of the vocabulary, `(texts, words)`; others are left out."""
    return torch.tensor([[float(text.split().count(word)) for word in vocabulary] for text in texts])


def _numbers(labels: Sequence[str]) -> Tensor:
    """Give the number of each label's class, `(texts,)`."""
    number = {name: index for index, name in enumerate(sorted(set(labels)))}
    return torch.tensor([number[label] for label in labels])


def _batches(features: Tensor, numbers: Tensor, batch_size: int) -> list[Batch]:
    """Cut features and class numbers into batches."""
    starts = range(0, len(numbers) - batch_size + 1, batch_size)
    return [(features[i : i + batch_size], numbers[i : i + batch_size]) for i in starts]
