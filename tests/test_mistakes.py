"""Mistakes: an independent computation, sentence by sentence, finds the same."""

from math import exp, log

import pytest
import torch

from solutions.mistakes import NEGATION, Slice, find_mistakes


def test_find_mistakes_agrees_with_a_sort_in_plain_python():
    generator = torch.Generator().manual_seed(3)
    labels = torch.randint(3, (50,), generator=generator)
    logits = torch.randn(50, 3, generator=generator)
    sentences = [f"sentence {number}" for number in range(50)]
    found = find_mistakes(sentences, ["r"] * 50, labels, logits, 7)
    expected = []
    for sentence, label, row in zip(sentences, labels.tolist(), logits.tolist(), strict=True):
        predicted = row.index(max(row))
        if predicted != label:
            expected.append((log(sum(map(exp, row))) - row[label], sentence, label, predicted))
    expected.sort(reverse=True)
    assert [mistake[:3] for mistake in found.worst] == [each[1:] for each in expected[:7]]
    assert [mistake.loss for mistake in found.worst] == pytest.approx([each[0] for each in expected[:7]])
    assert found.slices["review"] == {"r": Slice(50, (50 - len(expected)) / 50)}


def test_slices_of_each_cut_hold_all_sentences():
    sentences = ["not bad", "a " * 15, "b " * 30, "good"]
    found = find_mistakes(sentences, ["x", "y", "x", "y"], torch.tensor([0, 1, 0, 1]), torch.eye(2).repeat(2, 1))
    for cut in found.slices.values():
        assert sum(each.sentences for each in cut.values()) == 4
        assert {each.accuracy for each in cut.values()} == {1.0}
    assert list(found.slices["length"]) == ["1-10 words", "11-20 words", "more than 20 words"]


@pytest.mark.parametrize("text", ["not", "Never again", "it won't do", "it wasn’t", "no.", "without end", "CANNOT"])
def test_negation_is_found(text):
    assert NEGATION.search(text)


@pytest.mark.parametrize("text", ["note", "know", "another", "noun", "knot", "nonetheless", "withoutabox"])
def test_negation_is_no_part_of_a_word(text):
    assert not NEGATION.search(text)
