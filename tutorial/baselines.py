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
    # TODO 6.4 what a model has to beat
    raise NotImplementedError("exercise 6.4: baselines")
