from collections import Counter

import numpy as np
import pytest
import torch
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from solutions.baselines import baselines

TRAIN = ["a moving film", "the film was dull", "the battery is dead", "a bright screen", "the screen is dead"]
TEST = ["a dull screen", "a moving battery", "something else"]


def tfidf_by_hand(train, test):
    """Weigh words as scikit-learn's manual says: (ln((1 + n) / (1 + df)) + 1), then rows of length 1."""
    counter = CountVectorizer(ngram_range=(1, 2)).fit(train)
    counts = counter.transform(train).toarray()
    idf = np.log((1 + len(train)) / (1 + (counts > 0).sum(axis=0))) + 1
    rows = [counter.transform(texts).toarray() * idf for texts in (train, test)]
    return [row / np.maximum(np.linalg.norm(row, axis=1, keepdims=True), 1e-12) for row in rows]


@pytest.mark.parametrize("labels", [[0, 0, 1, 1, 1], [0, 0, 1, 2, 1], [1, 1, 3, 3, 4]])
def test_baselines_match_tfidf_by_hand(labels):
    train, test = tfidf_by_hand(TRAIN, TEST)
    model = LogisticRegression().fit(train, labels)
    expected = np.zeros((len(TEST), max(labels) + 1))
    expected[:, model.classes_] = model.predict_proba(test)
    found = baselines(TRAIN, labels, TEST)
    # The solver stops near the minimum; dense and sparse sums lead it to slightly other places.
    torch.testing.assert_close(found.bag_of_words, torch.from_numpy(expected), atol=1e-5, rtol=0)
    assert found.majority == Counter(sorted(labels)).most_common(1)[0][0]


def test_baselines_take_the_smallest_of_equally_frequent_classes():
    assert baselines(TRAIN, [2, 2, 1, 1, 0], []).majority == 1


def test_baselines_do_not_depend_on_other_test_sentences():
    alone = baselines(TRAIN, [0, 0, 1, 1, 1], TEST[:1]).bag_of_words
    torch.testing.assert_close(baselines(TRAIN, [0, 0, 1, 1, 1], TEST).bag_of_words[:1], alone)


def test_baselines_of_no_test_sentences_have_no_rows():
    assert baselines(TRAIN, [0, 0, 3, 3, 3], []).bag_of_words.shape == (0, 4)


@pytest.mark.parametrize("labels", [[1, 1, 1, 1, 1], []])
def test_baselines_refuse_fewer_than_two_classes(labels):
    with pytest.raises(ValueError, match=r"at least 2 classes|empty vocabulary"):
        baselines(TRAIN[: len(labels)], labels, TEST)
