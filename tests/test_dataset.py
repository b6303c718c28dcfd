import random
import re
from collections import Counter
from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from solutions.backbones import load_backbone
from solutions.dataset import (
    MultiTaskDataset,
    Sample,
    collate,
    generate_category_samples,
    generate_dataset,
    stratified_folds,
    stratified_split,
    template_split,
)
from solutions.tasks import UNLABELLED
from solutions.templates import FULL_SOURCE, TEMPLATES, WORD_BANKS

FUNCTION_WORDS = set(
    re.findall(
        r"\w+",
        "and as because been both did everyone for from has her how i in is it me my just no of on one or our since so "
        "that the there this to us was we when which without yes",
    )
)


def words(text):
    return re.findall(r"[\wé]+", text.lower())


def test_templates_hold_function_words_and_slots_only():
    for template in TEMPLATES:
        assert set(words(re.sub(r"\{\w+\}", "", template))) <= FUNCTION_WORDS, template


def test_word_banks_share_no_content_word():
    counts = Counter(
        word for bank in WORD_BANKS.values() for phrase in bank for word in words(phrase) if word not in FUNCTION_WORDS
    )
    assert [word for word, count in counts.items() if count > 1] == []


def test_templates_and_banks_make_ten_thousand_distinct_sentences():
    sentences = set()
    for a, b in product(range(2), range(2)):
        banks = FULL_SOURCE.words_for(a, b)
        for template in TEMPLATES:
            slots = [slot for slot in banks if f"{{{slot}}}" in template]
            for choice in product(*(banks[slot] for slot in slots)):
                sentences.add(template.format(**dict(zip(slots, choice, strict=True))))
            if len(sentences) >= 10_000:
                return
    pytest.fail(f"only {len(sentences)} distinct sentences")


def test_sentences_are_complete():
    for sentence in generate_dataset(2000).sentences:
        assert re.fullmatch(r"[A-Z][^{}]*[.!?]", sentence), sentence
        assert "  " not in sentence


def test_a_sentence_says_what_its_labels_say():
    """Every noun, adjective and verb comes from the banks of the sentence's own labels."""
    for sample in generate_dataset(400).samples:
        allowed = {word for bank in FULL_SOURCE.words_for(sample.taskA, sample.taskB).values() for word in bank}
        assert set(sample.words) <= allowed
        assert all(word in sample.sentence for word in sample.words)


def test_generate_category_samples_depends_on_the_seed_alone():
    first, second, other = (generate_category_samples(FULL_SOURCE, 0, 1, 20, random.Random(seed)) for seed in (1, 1, 2))
    assert first == second != other
    assert {(sample.taskA, sample.taskB) for sample in first} == {(0, 1)}


@pytest.mark.parametrize("size", [0, -4, 2, 1001])
def test_generate_dataset_refuses_a_size_that_cannot_be_balanced(size):
    with pytest.raises(ValueError, match=f"dataset size is {size}, but must be a positive multiple of 4"):
        generate_dataset(size)


@given(st.integers(1, 60), st.integers(0, 2**32))
def test_generate_dataset_is_balanced(quarter, seed):
    assert list(generate_dataset(4 * quarter, seed).distribution().values()) == [quarter] * 4


def test_generate_dataset_mixes_the_combinations():
    labels = [(sample.taskA, sample.taskB) for sample in generate_dataset(400).samples]
    assert labels != sorted(labels)


def test_dataset_refuses_a_label_without_a_class():
    with pytest.raises(ValueError, match="sample 1: taskB is 2, but must be from 0 to 1"):
        MultiTaskDataset([Sample("a", 0, 0), Sample("b", 0, 2)])


def test_dataset_is_a_sequence_of_samples():
    dataset = generate_dataset(8)
    assert len(dataset) == 8
    assert [dataset[i].sentence for i in range(8)] == dataset.sentences
    assert dataset.subset([3, 1]).samples == [dataset[3], dataset[1]]


def test_stratified_split_has_the_originals_sizes():
    train, test = stratified_split(generate_dataset(1000))
    assert set(train.distribution().values()) == {200}
    assert set(test.distribution().values()) == {50}


def identified(size):
    """A balanced dataset in which every sentence occurs once."""
    return MultiTaskDataset(Sample(str(i), i % 2, i // 2 % 2) for i in range(size))


@given(st.integers(2, 80), st.floats(0.05, 0.95), st.integers(0, 2**32))
def test_stratified_split_is_disjoint_complete_and_balanced(quarter, fraction, seed):
    dataset = identified(4 * quarter)
    train, test = stratified_split(dataset, fraction, seed)
    assert Counter(train.samples) + Counter(test.samples) == Counter(dataset.samples)
    (test_share,) = set(test.distribution().values())
    assert set(train.distribution().values()) == {quarter - test_share}
    assert abs(test_share - quarter * fraction) <= 1
    assert stratified_split(dataset, fraction, seed)[1].samples == test.samples


def test_stratified_split_keeps_a_single_sample_for_training():
    dataset = MultiTaskDataset([Sample("a", 0, 0), Sample("b", 0, 1), Sample("c", 0, 1)])
    train, test = stratified_split(dataset)
    assert train.distribution() == {("Technology", "Negative"): 1, ("Technology", "Positive"): 1}
    assert test.distribution() == {("Technology", "Positive"): 1}


def test_stratified_split_refuses_samples_that_leave_the_test_set_empty():
    with pytest.raises(ValueError, match="2 samples cannot be split: no combination of labels occurs twice"):
        stratified_split(MultiTaskDataset([Sample("a", 0, 0), Sample("b", 0, 1)]))


@settings(max_examples=50)
@given(st.integers(5, 100), st.integers(0, 2**32), st.booleans())
def test_template_split_shares_neither_templates_nor_words(quarter, seed, disjoint_words):
    train, test = template_split(4 * quarter, seed=seed, disjoint_words=disjoint_words)
    assert len(train) + len(test) == 4 * quarter
    assert len(set(train.distribution().values())) == len(set(test.distribution().values())) == 1
    assert {s.template for s in train.samples}.isdisjoint(s.template for s in test.samples)
    if disjoint_words:
        content = [{w for s in side.sentences for w in words(s)} - FUNCTION_WORDS for side in (train, test)]
        assert content[0].isdisjoint(content[1])


def test_template_split_shares_words_unless_told_otherwise():
    train, test = template_split(1000)
    assert (len(train), len(test)) == (800, 200)
    assert {word for s in test.samples for word in s.words} & {word for s in train.samples for word in s.words}


@pytest.mark.parametrize(("size", "fraction"), [(1002, 0.2), (4, 0.2), (8, 0.1), (8, 0.9), (0, 0.2)])
def test_template_split_refuses_a_size_that_leaves_one_side_unbalanced(size, fraction):
    with pytest.raises(ValueError, match=f"dataset size is {size}"):
        template_split(size, fraction)


@given(st.integers(2, 6), st.integers(6, 12), st.integers(0, 1000))
def test_stratified_folds_test_every_sample_once(folds, quarter, seed):
    dataset = identified(4 * quarter)
    splits = stratified_folds(dataset, folds, seed)
    tested = [sample for _, test in splits for sample in test.samples]
    assert Counter(tested) == Counter(dataset.samples)
    for train, test in splits:
        assert Counter(train.samples) + Counter(test.samples) == Counter(dataset.samples)
        assert len(test.distribution()) == 4


@pytest.mark.parametrize("folds", [0, 1, 6])
def test_stratified_folds_refuses_more_folds_than_the_rarest_combination_has(folds):
    with pytest.raises(ValueError, match=f"folds is {folds}, but must be at least 2 and at most 5"):
        stratified_folds(generate_dataset(20), folds)


def test_collate_pads_to_the_longest_of_the_batch(tiny):
    tokenizer = load_backbone(tiny)[1]
    batch = collate([Sample("the router is", 0, 1), Sample("yes", 1, 0)], tokenizer)
    assert batch.inputs["attention_mask"].tolist() == [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]
    expected = tokenizer("the router is")["input_ids"], tokenizer("yes")["input_ids"] + [tokenizer.pad_token_id] * 2
    assert batch.inputs["input_ids"].tolist() == list(expected)
    assert set(batch.inputs) == {"input_ids", "attention_mask"}
    assert (batch.taskA_labels.tolist(), batch.taskB_labels.tolist()) == ([0, 1], [1, 0])
    assert batch.taskA_labels.dtype == torch.long


def test_collate_cuts_long_sentences(bert):
    batch = collate([Sample("the " * 100, 0, 0)], load_backbone(bert)[1], max_length=10)
    assert batch.inputs["input_ids"].shape == (1, 10)


def test_splits_read_the_samples_a_fixed_number_of_times_however_many_combinations():
    reads = []

    class Counted(list):
        def __iter__(self):
            reads.append(len(self))
            return super().__iter__()

    def reads_of(split, classes_a, classes_b):
        names = [str(number) for number in range(classes_a)], [str(number) for number in range(classes_b)]
        pairs = list(product(range(classes_a), range(classes_b)))
        dataset = MultiTaskDataset([Sample("Yes.", a, b) for a, b in pairs * 2], *names)
        dataset.samples = Counted(dataset.samples)
        reads.clear()
        split(dataset)
        return len(reads)

    for split in (stratified_split, lambda dataset: stratified_folds(dataset, folds=2)):
        assert reads_of(split, 2, 2) == reads_of(split, 20, 11)


def test_dataset_keeps_sentences_that_lack_a_label():
    samples = [Sample("a", 0, UNLABELLED), Sample("b", UNLABELLED, 1), Sample("c", 0, 1)] * 4
    dataset = MultiTaskDataset(samples)
    assert dataset.distribution() == {("", "Positive"): 4, ("Technology", ""): 4, ("Technology", "Positive"): 4}
    for side in stratified_split(dataset, 0.25):
        assert len(side.distribution()) == 3


def test_stratified_folds_take_rare_combinations_that_lack_a_label():
    samples = [Sample(f"{i}", i % 2, i // 2 % 2) for i in range(20)]
    samples += [Sample("a", 0, UNLABELLED), Sample("b", UNLABELLED, 1)]
    folds = stratified_folds(MultiTaskDataset(samples), folds=4)
    assert Counter(sample.sentence for _, test in folds for sample in test.samples) == Counter(
        sample.sentence for sample in samples
    )
    with pytest.raises(ValueError, match=re.escape("at most 5, the number of samples with the rarest combination")):
        stratified_folds(MultiTaskDataset(samples), folds=6)


@given(st.lists(st.integers(1, 6), min_size=24, max_size=60), st.integers(2, 5), st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_stratified_folds_divide_no_review(sizes, folds, seed):
    """Twelve reviews of each kind, or more: enough for every fold to have one."""
    samples = [
        Sample(f"{number} {i}", number % 2, number // 2 % 2, review=f"review {number}")
        for number, size in enumerate(sizes)
        for i in range(size)
    ]
    random.Random(seed).shuffle(samples)
    splits = stratified_folds(MultiTaskDataset(samples), folds, seed)
    assert len(splits) == folds
    assert Counter(sample for _, test in splits for sample in test.samples) == Counter(samples)
    for train, test in splits:
        assert Counter(train.samples) + Counter(test.samples) == Counter(samples)
        assert not {sample.review for sample in train.samples} & {sample.review for sample in test.samples}


def test_stratified_folds_of_reviews_are_nearly_even_and_follow_the_seed():
    samples = [Sample(f"{i}", i // 3 % 2, i // 6 % 2, review=f"review {i // 3}") for i in range(360)]
    dataset = MultiTaskDataset(samples)
    for _, test in stratified_folds(dataset):
        assert all(abs(count - 18) <= 3 for count in test.distribution().values())
    first, again, other = ([test.samples for _, test in stratified_folds(dataset, seed=seed)] for seed in (1, 1, 2))
    assert first == again != other


def test_stratified_folds_refuse_more_folds_than_there_are_reviews():
    samples = [Sample(f"{i}", i % 2, i // 2 % 2, review=f"review {i // 8}") for i in range(24)]
    with pytest.raises(ValueError, match="folds is 4, but must be at most 3, the number of reviews"):
        stratified_folds(MultiTaskDataset(samples), folds=4)


def test_stratified_folds_take_sentences_without_a_review_one_by_one():
    samples = [Sample(f"{i}", i % 2, i // 2 % 2, review=f"review {i // 2}" if i < 20 else "") for i in range(100)]
    for _, test in stratified_folds(MultiTaskDataset(samples)):
        assert 16 <= len(test) <= 24
