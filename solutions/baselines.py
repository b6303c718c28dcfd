"""Baselines: what a model has to beat before anybody should be impressed by it."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from torch import Tensor


class Baselines(NamedTuple):
    """The class that is most frequent, and the probabilities `(batch, classes)` that a bag of words gives."""

    majority: int
    bag_of_words: Tensor


def baselines(train_sentences: Sequence[str], train_labels: Sequence[int], test_sentences: Sequence[str]) -> Baselines:
    """Predict the classes of sentences without any neural network; nothing but the training set is learned from.

    The bag of words is scikit-learn's `TfidfVectorizer` of single words and pairs of neighbours
    (`ngram_range=(1, 2)`), and a `LogisticRegression` on it, both with their defaults otherwise.

    Args:
        train_sentences: Sentences to learn from.
        train_labels: Their classes.
        test_sentences: Sentences to classify; there may be none.

    Returns:
        The most frequent class of training, of several the smallest, and for each test sentence the probability of
        each class from 0 to the largest of training, in double precision. A class that never occurs there has
        probability 0.

    Raises:
        ValueError: The training sentences are of fewer than two classes.
    """
    # A pipeline fits both steps on what `fit` is given: words and weights are those of the training set.
    bag_of_words = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression())
    bag_of_words.fit(train_sentences, train_labels)
    counts = torch.bincount(torch.tensor(train_labels))  # (classes,)
    probabilities = torch.zeros(len(test_sentences), len(counts), dtype=torch.double)
    if len(test_sentences):
        # One column for each class that occurs; `classes_` says which.
        probabilities[:, bag_of_words.classes_] = torch.from_numpy(bag_of_words.predict_proba(test_sentences))
    return Baselines(int(counts.argmax()), probabilities)
