"""Checks of `dataset.py`."""

import math
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from itertools import chain, pairwise
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader
from transformers import BertTokenizer

from ..exercise import exercise
from .inputs import outcome
from .models import SPECIAL, WORDS, tiny_tokenizer

samples_exercise = exercise("4.1")
dataset_exercise = exercise("4.2")
stratified = exercise("4.3")
leak_free = exercise("4.4")
collating = exercise("4.5")

Banks = dict[str, tuple[str, ...]]

# A source with three classes for task A; the third template has the name of a slot as a plain word.
TEMPLATES = (
    "The {noun} is {adjective}.",
    "Yes, this {noun} {does}.",
    "In {month}, no noun {does}.",
    "How {adjective} is {month}?",
    "So it is.",
)
WORD_BANKS: dict[tuple[str, int | None, int | None], tuple[str, ...]] = {
    ("noun", 0, None): ("router", "laptop", "printer"),
    ("noun", 1, None): ("film", "novel", "play"),
    ("noun", 2, None): ("soup", "bread", "cake"),
    ("adjective", None, 0): ("awful", "dull", "poor"),
    ("adjective", None, 1): ("superb", "lovely", "great"),
    ("does", 0, 0): ("breaks", "stalls", "fails often"),
    ("does", 0, 1): ("works", "starts quickly", "lasts"),
    ("does", 1, 0): ("bores us", "drags", "falls flat"),
    ("does", 1, 1): ("delights us", "sparkles", "inspires"),
    ("does", 2, 0): ("burns", "tastes odd", "spoils"),
    ("does", 2, 1): ("warms us", "smells good", "melts"),
    ("month", None, None): ("May", "June", "July"),
}
LABELS = ((0, 1), (1, 0), (2, 1))
STRANGE = "a sentence is no template of the source, filled with words that suit its labels"
SHARES_DIFFER = "the combinations of labels do not have the same share on both sides"
CLASSES = (("Technology", "Entertainment", "Food"), ("Negative", "Positive"))


def _seeds(rng: torch.Generator, count: int = 2) -> list[int]:
    """Draw different seeds."""
    first = int(torch.randint(2**31, (1,), generator=rng))
    return [first + 97 * index for index in range(count)]


def _source(course: Any, templates: tuple[str, ...] = TEMPLATES) -> Any:
    """Make the source of three classes."""
    return course.templates.SentenceSource(templates, dict(WORD_BANKS))


def _words_for(banks: Any, taskA: int, taskB: int) -> Banks:
    """Give the words that each slot may take."""
    return {slot: words for (slot, a, b), words in banks.items() if a in (None, taskA) and b in (None, taskB)}


def _filling(template: str, words: Banks, sentence: str) -> list[str] | None:
    """Give the words that make the sentence from the template; None if no words do."""
    parts = re.split(r"{(\w+)}", template)
    parts[::2] = map(re.escape, parts[::2])
    parts[1::2] = ["(" + "|".join(map(re.escape, words[slot])) + ")" for slot in parts[1::2]]
    found = re.fullmatch("".join(parts), sentence)
    return None if found is None else list(found.groups())


def _recipe(words: Banks, sentence: str) -> tuple[str, list[str]] | None:
    """Give the template of `TEMPLATES` and the words that a sentence is made of; None if there are none."""
    for template in TEMPLATES:
        filling = _filling(template, words, sentence)
        if filling is not None:
            return template, filling
    return None


def _made_otherwise(sample: Any, templates: tuple[str, ...], banks: Any) -> bool:
    """Tell whether a sample is something else than its template, filled with its words, which suit its labels."""
    sentence, taskA, taskB, template, words = sample.fields.values()
    filling = _filling(template, _words_for(banks, taskA, taskB), sentence) if template in templates else None
    if filling is None or {type(taskA), type(taskB)} != {int}:
        return True
    return type(words) is not tuple or sorted(words) != sorted(filling)


def _by_seed(observed: Any, expected: Any) -> str | None:
    """Judge what one seed, the same seed again, and another seed gave."""
    first, again, other = observed
    if [len(part) for part in observed] != [len(part) for part in expected]:
        return "the number of samples differs"
    if repr(first) != repr(again):
        return "the same seed gives something else the second time"
    return "every seed gives the same" if repr(first) == repr(other) else None


def _twice_the_same(observed: Any, expected: Any) -> str | None:
    """Judge two results of which the second was asked for with the default values written out."""
    default, explicit = observed
    if [len(side) for side in default] != [len(side) for side in expected[0]]:
        return "the number of samples differs"
    return None if repr(default) == repr(explicit) else "the default values are others"


@samples_exercise.check("gives as many samples as asked for")
def generated_count(course: Any, rng: torch.Generator) -> Any:
    generate, source = course.dataset.generate_category_samples, _source(course)
    return [len(generate(source, 0, 1, count, random.Random(_seeds(rng)[0]))) for count in (0, 1, 7)]


@samples_exercise.check("gives every sample the two labels")
def generated_labels(course: Any, rng: torch.Generator) -> Any:
    generate, generator = course.dataset.generate_category_samples, random.Random(_seeds(rng)[0])
    samples = [sample for a, b in LABELS for sample in generate(_source(course), a, b, 3, generator)]
    return [(sample.taskA, sample.taskB) for sample in samples]


def _judge_sentences(observed: Any, _: Any) -> str | None:
    for (taskA, taskB), sentences in zip(LABELS, observed, strict=True):
        if len(sentences) != 30:
            return "the number of sentences differs"
        words = _words_for(WORD_BANKS, taskA, taskB)
        if any(_recipe(words, sentence) is None for sentence in sentences):
            return STRANGE
    return None


@samples_exercise.check("fills templates of the source with words that suit the labels", judge=_judge_sentences)
def generated_sentences(course: Any, rng: torch.Generator) -> Any:
    generate, generator = course.dataset.generate_category_samples, random.Random(_seeds(rng)[0])
    return [[s.sentence for s in generate(_source(course), a, b, 30, generator)] for a, b in LABELS]


def _judge_records(observed: Any, _: Any) -> str | None:
    if len(observed) != 40:
        return "the number of samples differs"
    for sample in observed:
        recipe = _recipe(_words_for(WORD_BANKS, 0, 1), sample.fields["sentence"])
        if recipe is None:
            return STRANGE
        template, words = recipe
        if sample.fields["template"] != template:
            return "a sample does not record the template that its sentence was made of"
        recorded = sample.fields["words"]
        if type(recorded) is not tuple:
            return "the words of a sample are no tuple"
        if not set(words) <= set(recorded):
            return "a sample does not record the words of its sentence"
        if len(recorded) != len(words):
            return "a sample records words that its sentence does not have"
    return None


@samples_exercise.check("records the template and the words of each sentence", judge=_judge_records)
def generated_records(course: Any, rng: torch.Generator) -> Any:
    source = _source(course, (*TEMPLATES[:2], *TEMPLATES[3:]))
    return course.dataset.generate_category_samples(source, 0, 1, 40, random.Random(_seeds(rng)[0]))


@samples_exercise.check("takes for a slot only what stands in braces", judge=_judge_records)
def generated_plain_word(course: Any, rng: torch.Generator) -> Any:
    source = _source(course, TEMPLATES[2:3])
    return course.dataset.generate_category_samples(source, 0, 1, 40, random.Random(_seeds(rng)[0]))


def _judge_variety(observed: Any, _: Any) -> str | None:
    if len(observed) != 1000:
        return "the number of sentences differs"
    words = _words_for(WORD_BANKS, 0, 1)
    recipes = [_recipe(words, sentence) for sentence in observed]
    templates = [recipe[0] for recipe in recipes if recipe is not None]
    if len(templates) < len(recipes):
        return STRANGE
    counts = Counter(templates)
    if len(counts) < 5 or max(counts.values()) > 300 or min(counts.values()) < 100:
        return "some templates come up far more often than others"
    if len(set(observed)) < 37:
        return "some words never come up together"
    repeated = sum(this == following for this, following in pairwise(templates))
    if not 100 < repeated < 300:
        return "which template comes next depends on the one before"
    return None


@samples_exercise.check("chooses template and words anew for each sentence, all equally likely", judge=_judge_variety)
def generated_variety(course: Any, rng: torch.Generator) -> Any:
    generate, generator = course.dataset.generate_category_samples, random.Random(_seeds(rng)[0])
    return [sample.sentence for sample in generate(_source(course), 0, 1, 1000, generator)]


@samples_exercise.check("repeats its samples for the same seed, and only then", judge=_by_seed)
def generated_by_seed(course: Any, rng: torch.Generator) -> Any:
    first, other = _seeds(rng)
    generate, source = course.dataset.generate_category_samples, _source(course)
    return [generate(source, 0, 1, 20, random.Random(seed)) for seed in (first, first, other)]


@samples_exercise.check("draws from its generator and from no other")
def generated_from_generator(course: Any, rng: torch.Generator) -> Any:
    generator = random.Random(_seeds(rng)[0])
    own, global_python, global_numpy = generator.getstate(), random.getstate(), repr(np.random.get_state())
    global_torch = torch.random.get_rng_state()
    course.dataset.generate_category_samples(_source(course), 0, 1, 20, generator)
    return {
        "its generator was used": generator.getstate() != own,
        "the global random was left alone": random.getstate() == global_python,
        "NumPy's was left alone": repr(np.random.get_state()) == global_numpy,
        "torch's was left alone": torch.random.get_rng_state().tolist() == global_torch.tolist(),
    }


def _samples(course: Any, count: int = 6) -> list[Any]:
    """Make samples with three classes for task A and two for task B, each sentence another."""
    return [
        course.dataset.Sample(f"sentence {i}", 2 - i % 3, i // 2 % 2, f"template {i}", (str(i),)) for i in range(count)
    ]


def _three_classes(course: Any, samples: Iterable[Any]) -> Any:
    """Make the learner's dataset with three classes for task A."""
    return course.dataset.MultiTaskDataset(samples, *CLASSES)


@dataset_exercise.check("holds its samples in their order")
def dataset_order(course: Any, rng: torch.Generator) -> Any:
    dataset = _three_classes(course, _samples(course))
    items = [dataset[i] for i in range(len(dataset))]
    return {
        "length": len(dataset),
        "items": items,
        "samples": list(dataset.samples),
        "sentences": list(dataset.sentences),
    }


@dataset_exercise.check("takes samples that can be read only once")
def dataset_of_iterator(course: Any, rng: torch.Generator) -> Any:
    dataset = _three_classes(course, (sample for sample in _samples(course)))
    return len(dataset), dataset[0], dataset.sentences, dataset.sentences


@dataset_exercise.check("feeds a PyTorch DataLoader")
def dataset_in_loader(course: Any, rng: torch.Generator) -> Any:
    return list(DataLoader(_three_classes(course, _samples(course)), batch_size=4, collate_fn=list))


@dataset_exercise.check("keeps the names of the classes")
def dataset_classes(course: Any, rng: torch.Generator) -> Any:
    default = course.dataset.MultiTaskDataset([])
    lists = course.dataset.MultiTaskDataset([], ["x", "y", "z"], ["one"])
    named = course.dataset.MultiTaskDataset([], taskB_classes=("p", "q"), taskA_classes=("r",))
    return [(tuple(d.taskA_classes), tuple(d.taskB_classes)) for d in (default, lists, named)]


def _accepts(course: Any, taskA: int, taskB: int, before: int = 0, read: Callable[[Any], Any] = list) -> Any:
    """Try a sample with these labels after some good ones: the dataset's length, or the name of the error."""
    samples = [*_samples(course, before), course.dataset.Sample("last", taskA, taskB)]
    return outcome(lambda: len(_three_classes(course, read(samples))))


@dataset_exercise.check("accepts every label that has a class")
def dataset_accepts(course: Any, rng: torch.Generator) -> Any:
    default = course.dataset.MultiTaskDataset([course.dataset.Sample("a", 1, 1), course.dataset.Sample("b", 0, 0)])
    return len(default), [_accepts(course, a, b) for a in range(3) for b in range(2)]


@dataset_exercise.check("refuses a label beyond the last class")
def dataset_refuses_large(course: Any, rng: torch.Generator) -> Any:
    return [_accepts(course, a, b, before) for a, b in ((3, 0), (0, 2), (9, 9)) for before in (0, 4)]


@dataset_exercise.check("refuses a negative label")
def dataset_refuses_negative(course: Any, rng: torch.Generator) -> Any:
    return [_accepts(course, a, b, before) for a, b in ((-1, 0), (0, -1), (-3, -2)) for before in (0, 4)]


@dataset_exercise.check("refuses a label without a class in samples that can be read only once")
def dataset_refuses_in_iterator(course: Any, rng: torch.Generator) -> Any:
    return [_accepts(course, a, b, 3, iter) for a, b in ((3, 0), (0, 2), (-1, 0), (0, 1))]


@dataset_exercise.check("makes a subset in the order of the indices")
def subset_order(course: Any, rng: torch.Generator) -> Any:
    dataset = _three_classes(course, _samples(course))
    subsets = [dataset.subset(indices) for indices in ([4, 0, 3], range(2), iter((5, 1)), np.array([3, 2]), [])]
    return [(list(subset.samples), type(subset).__name__) for subset in subsets], list(dataset.samples)


@dataset_exercise.check("keeps the names of the classes in a subset")
def subset_classes(course: Any, rng: torch.Generator) -> Any:
    names = ("x", "y"), ("one", "two", "three")
    subset = course.dataset.MultiTaskDataset([course.dataset.Sample("a", 0, 1)], *names).subset([0])
    return tuple(subset.taskA_classes), tuple(subset.taskB_classes)


@dataset_exercise.check("counts the combinations that occur, by the names of the classes")
def distribution_counts(course: Any, rng: torch.Generator) -> Any:
    datasets = [_three_classes(course, _samples(course, count)) for count in (0, 1, 3, 20)]
    return [dict(dataset.distribution()) for dataset in datasets]


@dataset_exercise.check("lists the combinations in the order of the labels")
def distribution_order(course: Any, rng: torch.Generator) -> Any:
    return list(_three_classes(course, _samples(course, 20)).distribution().values())


def _counted(course: Any, counts: Iterable[int]) -> Any:
    """Make a dataset with so many samples of each combination, (0, 0), (0, 1), (1, 0) and so on; all are different."""
    labels = [(index // 2, index % 2) for index, count in enumerate(counts) for _ in range(count)]
    samples = (course.dataset.Sample(f"sentence {i}", a, b) for i, (a, b) in enumerate(labels))
    return course.dataset.MultiTaskDataset(samples, *CLASSES)


def _sides(split: Any) -> list[list[Any]]:
    """Give the samples of the training and the test set."""
    train, test = split
    return [list(train.samples), list(test.samples)]


def _test_size(split: Callable[..., Any], *arguments: Any) -> int:
    """Split, and give the size of the test set."""
    return len(split(*arguments)[1])


def _judge_shares(observed: Any, expected: Any) -> str | None:
    for sides, wanted in zip(observed, expected, strict=True):
        if repr(sides) == repr(tuple(reversed(wanted))) != repr(wanted):
            return "the test set has the training set's share"
        if repr(sides) != repr(wanted):
            alone = _counts_of_taskA(sides) == _counts_of_taskA(wanted)
            return SHARES_DIFFER + (", only those of task A alone" if alone else "")
    return None


def _counts_of_taskA(sides: Any) -> list[Counter[str]]:
    """Count the samples of task A's classes on each side."""
    return [Counter(chain.from_iterable([a] * count for (a, _), count in side.items())) for side in sides]


@stratified.check("gives every combination of labels the same share on both sides", judge=_judge_shares)
def split_shares(course: Any, rng: torch.Generator) -> Any:
    dataset = _counted(course, (8, 20, 4, 0, 16, 40))
    splits = [course.dataset.stratified_split(dataset, share, _seeds(rng)[0]) for share in (0.25, 0.5, 0.75)]
    return [(train.distribution(), test.distribution()) for train, test in splits]


SMALL = (1, 2, 3, 7, 11, 23)
SHARES = (0.05, 0.2, 0.45, 0.9)


def _judge_small(observed: Any, _: Any) -> str | None:
    if [len(tested) for tested in observed] != [len(SMALL)] * len(SHARES):
        return "the number of combinations differs"
    tests = [
        (share, count, test)
        for share, tested in zip(SHARES, observed, strict=True)
        for count, test in zip(SMALL, tested, strict=True)
    ]
    if any(not 0 < test < count for _, count, test in tests if count > 1):
        return "a combination with several samples is on one side only"
    if any(test for _, count, test in tests if count == 1):
        return "the only sample of a combination is in the test set"
    for share, count, test in tests:
        fewest, most = math.floor(count * share), math.ceil(count * share)
        if count > 1 and not min(fewest, count - 1) <= test <= max(most, 1):
            return "a combination's share of the test set is not the one asked for"
    return None


@stratified.check("has small combinations on both sides, and single samples in training", judge=_judge_small)
def split_small(course: Any, rng: torch.Generator) -> Any:
    dataset, results = _counted(course, SMALL), []
    for share in SHARES:
        test = course.dataset.stratified_split(dataset, share, _seeds(rng)[0])[1]
        counts = Counter((sample.taskA, sample.taskB) for sample in test.samples)
        results.append([counts[a, b] for a in range(3) for b in range(2)])
    return results


def _judge_complete(observed: Any, expected: Any) -> str | None:
    given = Counter(repr(sample) for side in observed for sample in side)
    wanted = Counter(repr(sample) for side in expected for sample in side)
    if given - wanted:
        return "a sample is there twice, or changed"
    return "a sample got lost" if wanted - given else None


@stratified.check("puts every sample on one side, once, even where sentences are equal", judge=_judge_complete)
def split_complete(course: Any, rng: torch.Generator) -> Any:
    dataset = course.dataset.MultiTaskDataset([*_samples(course, 18), *_samples(course, 12)], *CLASSES)
    return _sides(course.dataset.stratified_split(dataset, 0.3, _seeds(rng)[0]))


@stratified.check("repeats its split for the same seed, and only then", judge=_by_seed)
def split_by_seed(course: Any, rng: torch.Generator) -> Any:
    first, other = _seeds(rng)
    dataset = _counted(course, (20, 20, 20))
    return [list(chain(*_sides(course.dataset.stratified_split(dataset, 0.5, seed)))) for seed in (first, first, other)]


def _judge_choice(observed: Any, _: Any) -> str | None:
    tested = Counter(sentence for side in observed for sentence in side)
    if len(observed) != 60 or any(len(side) != 8 for side in observed):
        return "the number of samples differs"
    return None if len(tested) == 16 and max(tested.values()) < 60 else "some samples are tested never or always"


@stratified.check("chooses the samples at random", judge=_judge_choice)
def split_choice(course: Any, rng: torch.Generator) -> Any:
    dataset = _counted(course, (8, 8))
    return [course.dataset.stratified_split(dataset, 0.5, seed)[1].sentences for seed in _seeds(rng, 60)]


def _judge_mixed(observed: Any, _: Any) -> str | None:
    for name, labels in zip(("training", "test"), observed, strict=True):
        if len(labels) != 40:
            return "the number of samples differs"
        if sum(this != following for this, following in pairwise(labels)) < 12:
            return f"the {name} set is sorted by the combinations of labels"
    return None


@stratified.check("shuffles both sides", judge=_judge_mixed)
def split_mixed(course: Any, rng: torch.Generator) -> Any:
    split = course.dataset.stratified_split(_counted(course, (20, 20, 20, 20)), 0.5, _seeds(rng)[0])
    return [[(sample.taskA, sample.taskB) for sample in side] for side in _sides(split)]


@stratified.check("keeps the names of the classes, and leaves the dataset as it was")
def split_classes(course: Any, rng: torch.Generator) -> Any:
    samples = [course.dataset.Sample(str(i), 0, i % 2) for i in range(12)]
    dataset = course.dataset.MultiTaskDataset(samples, ["x"], ["one", "two", "three"])
    split = course.dataset.stratified_split(dataset, 0.5, _seeds(rng)[0])
    names = [(tuple(side.taskA_classes), tuple(side.taskB_classes)) for side in split]
    return names, list(dataset.samples)


@stratified.check("takes a fifth and the seed 0 if not told otherwise", judge=_twice_the_same)
def split_defaults(course: Any, rng: torch.Generator) -> Any:
    split, dataset = course.dataset.stratified_split, _counted(course, (20, 20))
    return [_sides(split(dataset)), _sides(split(dataset, test_fraction=0.2, seed=0))]


@stratified.check("refuses a dataset in which no combination occurs twice")
def split_refuses(course: Any, rng: torch.Generator) -> Any:
    datasets = [_counted(course, counts) for counts in ((1, 1), (1,), (), (1, 1, 1, 1, 1, 1), (1, 2))]
    return [outcome(partial(_test_size, course.dataset.stratified_split, dataset)) for dataset in datasets]


def _full_source(course: Any) -> Any:
    """Give the templates and the word banks that the course's sentences are made of."""
    return course.templates.FULL_SOURCE.templates, course.templates.FULL_SOURCE.word_banks


def _judge_sizes(observed: Any, expected: Any) -> str | None:
    for sides, wanted in zip(observed, expected, strict=True):
        if [sum(side.values()) for side in sides] != [sum(side.values()) for side in wanted]:
            return "a side has another size than asked for"
        if repr(sides) != repr(wanted):
            return "a side does not hold the four combinations of labels equally often"
    return None


@leak_free.check("gives both sides their share of sentences, all four combinations equally often", judge=_judge_sizes)
def leak_free_sizes(course: Any, rng: torch.Generator) -> Any:
    cases = ((100, 0.2), (52, 0.2), (44, 0.2), (40, 0.4), (16, 0.75), (8, 0.5), (400, 0.01), (400, 0.99))
    split, seed = course.dataset.template_split, _seeds(rng)[0]
    splits = [split(*case, seed, disjoint) for case in cases for disjoint in (False, True)]
    return [(train.distribution(), test.distribution()) for train, test in splits]


@leak_free.check("refuses sizes that leave a side without all four combinations")
def leak_free_refuses(course: Any, rng: torch.Generator) -> Any:
    sizes = ((102, 0.2), (10, 0.5), (4, 0.5), (4, 0.2), (8, 0.1), (8, 0.9), (0, 0.2), (-40, 0.2), (8, 0.5))
    return [outcome(partial(_test_size, course.dataset.template_split, *size)) for size in sizes]


def _judge_made(observed: Any, expected: Any) -> str | None:
    templates, banks = expected[0]
    for side, wanted in zip(observed[1], expected[1], strict=True):
        if len(side) != len(wanted):
            return "the number of sentences differs"
        if any(_made_otherwise(sample, templates, banks) for sample in side):
            return "a sentence is not its template, filled with its words, which suit its labels"
    return None


@leak_free.check("makes its sentences from the course's templates and words", judge=_judge_made)
def leak_free_made(course: Any, rng: torch.Generator) -> Any:
    (seed, other), split = _seeds(rng), course.dataset.template_split
    return _full_source(course), [*_sides(split(80, 0.25, seed)), *_sides(split(80, 0.25, other, True))]


def _judge_templates(observed: Any, expected: Any) -> str | None:
    templates = set(expected[0])
    for train, test in observed[1]:
        if not train or not test or not {*train, *test} <= templates:
            return "a sentence has no template of the course"
        if set(train) & set(test):
            return "a template is on both sides"
    return None


@leak_free.check("has no template on both sides", judge=_judge_templates)
def leak_free_templates(course: Any, rng: torch.Generator) -> Any:
    splits = [course.dataset.template_split(80, 0.5, seed) for seed in _seeds(rng, 4)]
    templates = [[[sample.template for sample in side] for side in _sides(split)] for split in splits]
    return course.templates.FULL_SOURCE.templates, templates


@leak_free.check("holds out the given share of the templates")
def leak_free_template_share(course: Any, rng: torch.Generator) -> Any:
    split = course.dataset.template_split(800, 0.25, _seeds(rng)[0])
    return [len({sample.template for sample in side}) for side in _sides(split)]


def _used_words(sides: Any, banks: Any) -> list[tuple[int, list[list[str]]]]:
    """Give for each bank its size, and the words of it that each side uses, as often as they are used."""
    drawn = [[word for sample in side for word in sample.fields["words"]] for side in sides]
    return [(len(bank), [[word for word in words if word in bank] for words in drawn]) for bank in banks.values()]


def _judge_shared_words(observed: Any, expected: Any) -> str | None:
    for size, uses in _used_words(observed[1], expected[0]):
        if any(len(words) > 8 * size and len(set(words)) < 0.8 * size for words in uses):
            return "a side does without many words, although the words were not to be divided"
    return None if len(observed[1][0]) == len(observed[1][1]) == 400 else "the number of sentences differs"


@leak_free.check("lets both sides use all words if not told otherwise", judge=_judge_shared_words)
def leak_free_shared_words(course: Any, rng: torch.Generator) -> Any:
    split = course.dataset.template_split(800, 0.5, _seeds(rng)[0])
    return course.templates.FULL_SOURCE.word_banks, _sides(split)


def _judge_divided_words(observed: Any, expected: Any) -> str | None:
    for size, (train, test) in _used_words(observed[1], expected[0]):
        if set(train) & set(test):
            return "a word is on both sides" + ("" if len(set(train)) < size else ", and training uses all words")
        for words, share in ((train, 3 * size // 4), (test, size // 4)):
            if len(set(words)) > share or (len(words) > 16 * share and len(set(words)) < 0.8 * share):
                return "the words are not divided in the share that was asked for"
    return None if [len(side) for side in observed[1]] == [600, 200] else "the number of sentences differs"


@leak_free.check("divides every word bank in the given share, if asked", judge=_judge_divided_words)
def leak_free_divided_words(course: Any, rng: torch.Generator) -> Any:
    split = course.dataset.template_split(800, 0.25, _seeds(rng)[0], disjoint_words=True)
    return course.templates.FULL_SOURCE.word_banks, _sides(split)


@leak_free.check("repeats its sentences for the same seed, and only then", judge=_by_seed)
def leak_free_by_seed(course: Any, rng: torch.Generator) -> Any:
    (first, other), split = _seeds(rng), course.dataset.template_split
    return [list(chain(*_sides(split(40, 0.5, seed, True)))) for seed in (first, first, other)]


def _judge_held_out(observed: Any, _: Any) -> str | None:
    sides = [[(s.fields["template"], s.fields["words"]) for s in side] for side in observed]
    if [len(side) for side in sides] != [8] * 12:
        return "the number of sentences differs"
    if len({template for side in sides for template, _ in side}) < 11:
        return "the same templates are held out, whatever the seed"
    if len({word for side in sides for _, words in side for word in words}) < 75:
        return "the same words are held out, whatever the seed"
    return None


@leak_free.check("holds out other templates and other words for another seed", judge=_judge_held_out)
def leak_free_held_out(course: Any, rng: torch.Generator) -> Any:
    splits = [course.dataset.template_split(40, 0.2, seed, True) for seed in _seeds(rng, 12)]
    return [_sides(split)[1] for split in splits]


@leak_free.check("takes a fifth, the seed 0 and undivided words if not told otherwise", judge=_twice_the_same)
def leak_free_defaults(course: Any, rng: torch.Generator) -> Any:
    split = course.dataset.template_split
    return [_sides(split(80)), _sides(split(80, test_fraction=0.2, seed=0, disjoint_words=False))]


@leak_free.check("leaves the course's templates and words as they were")
def leak_free_source(course: Any, rng: torch.Generator) -> Any:
    course.dataset.template_split(40, 0.5, _seeds(rng)[0], True)
    return _full_source(course)


RAGGED = ("my sister loved the concert", "good", "the router is slow", "a film")


def _collate(course: Any, sentences: Iterable[str], tokenizer: Any = None, **options: Any) -> Any:
    """Collate sentences, with labels of three classes for task A and two for task B."""
    samples = [course.dataset.Sample(sentence, 2 - i % 3, i % 2) for i, sentence in enumerate(sentences)]
    batch = course.dataset.collate(samples, tokenizer or tiny_tokenizer(), **options)
    return batch._replace(inputs=dict(batch.inputs))


@collating.check("tokenizes each sentence and pads it to the longest of the batch")
def collate_ids(course: Any, rng: torch.Generator) -> Any:
    return _collate(course, RAGGED).inputs["input_ids"]


@collating.check("marks the real tokens in the attention mask")
def collate_mask(course: Any, rng: torch.Generator) -> Any:
    return _collate(course, RAGGED).inputs["attention_mask"]


@collating.check("passes on what the model takes, and nothing else")
def collate_names(course: Any, rng: torch.Generator) -> Any:
    return sorted(_collate(course, RAGGED).inputs)


@collating.check("gives the labels of each task as whole numbers")
def collate_labels(course: Any, rng: torch.Generator) -> Any:
    batch = _collate(course, RAGGED)
    return {"taskA_labels": batch.taskA_labels, "taskB_labels": batch.taskB_labels}


@collating.check("works for a single sentence, for one word and for none")
def collate_single(course: Any, rng: torch.Generator) -> Any:
    batches = [_collate(course, sentences) for sentences in (("good",), ("the router is slow",), ("",), ("", "good"))]
    return [(b.inputs["input_ids"], b.inputs["attention_mask"], b.taskA_labels, b.taskB_labels) for b in batches]


@collating.check("cuts off what is beyond the longest sentence allowed")
def collate_cut(course: Any, rng: torch.Generator) -> Any:
    sentences = (*RAGGED, "good " * 20)
    return [_collate(course, sentences, max_length=length).inputs["input_ids"] for length in (3, 5, 7)]


@collating.check("allows 128 tokens if not told otherwise")
def collate_default_length(course: Any, rng: torch.Generator) -> Any:
    tokenizer = tiny_tokenizer()
    tokenizer.model_max_length = 512
    batches = [_collate(course, ("good " * count, "a film"), tokenizer) for count in (100, 126, 127, 200)]
    return [tuple(batch.inputs["input_ids"].shape) for batch in batches]


@collating.check("pads as the tokenizer says, and leaves it as it was")
def collate_other_tokenizer(course: Any, rng: torch.Generator) -> Any:
    tokens = (*WORDS, *reversed(SPECIAL))
    tokenizer = BertTokenizer(vocab={token: index for index, token in enumerate(tokens)}, model_max_length=16)
    ids = _collate(course, RAGGED, tokenizer).inputs["input_ids"]
    return ids, tokenizer.padding_side, tokenizer.model_max_length, tokenizer("a film")["input_ids"]


@collating.check("collates the batches of a DataLoader")
def collate_in_loader(course: Any, rng: torch.Generator) -> Any:
    samples = [course.dataset.Sample(sentence, i % 2, 1 - i % 2) for i, sentence in enumerate(RAGGED * 2)]
    pad = partial(course.dataset.collate, tokenizer=tiny_tokenizer(), max_length=6)
    batches = list(DataLoader(course.dataset.MultiTaskDataset(samples), batch_size=3, collate_fn=pad))
    shapes = [[tuple(batch.inputs[name].shape) for name in ("input_ids", "attention_mask")] for batch in batches]
    return shapes, [batch.taskA_labels for batch in batches], [batch.taskB_labels for batch in batches]
