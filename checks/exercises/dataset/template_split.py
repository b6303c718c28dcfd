"""Checks of exercise 4.4, `template_split`."""

from functools import partial
from itertools import chain
from typing import Any

import torch

from ...exercise import exercise
from ..inputs import outcome
from .common import by_seed, find_filling, seeds_from, sides_of, size_of_test, twice_the_same, words_for

leak_free = exercise("4.4")


def _made_otherwise(sample: Any, templates: tuple[str, ...], banks: Any) -> bool:
    """Tell whether a sample is something else than its template, filled with its words, which suit its labels."""
    sentence, taskA, taskB, template, words = sample.fields.values()
    filling = find_filling(template, words_for(banks, taskA, taskB), sentence) if template in templates else None
    if filling is None or {type(taskA), type(taskB)} != {int}:
        return True
    return type(words) is not tuple or sorted(words) != sorted(filling)


def _full_source(course: Any) -> Any:
    """Give the templates and the word banks that the course's sentences are made of."""
    return course.templates.FULL_SOURCE.templates, course.templates.FULL_SOURCE.word_banks


def _and(sizes: list[int]) -> str:
    return " and ".join(map(str, sizes))


def _judge_sizes(observed: Any, expected: Any) -> str | None:
    for sides, wanted in zip(observed, expected, strict=True):
        sizes, asked = ([sum(side.values()) for side in both] for both in (sides, wanted))
        if sizes != asked:
            return f"the sides have other sizes than asked for: {_and(sizes)} sentences instead of {_and(asked)}"
        if repr(sides) != repr(wanted):
            return "a side does not hold the four combinations of labels equally often"
    return None


@leak_free.check("gives both sides their share of sentences, all four combinations equally often", judge=_judge_sizes)
def leak_free_sizes(course: Any, rng: torch.Generator) -> Any:
    cases = ((100, 0.2), (52, 0.2), (44, 0.2), (40, 0.4), (16, 0.75), (8, 0.5), (400, 0.01), (400, 0.99))
    split, seed = course.dataset.template_split, seeds_from(rng)[0]
    splits = [split(*case, seed, disjoint) for case in cases for disjoint in (False, True)]
    return [(train.distribution(), test.distribution()) for train, test in splits]


@leak_free.check("refuses sizes that leave a side without all four combinations")
def leak_free_refuses(course: Any, rng: torch.Generator) -> Any:
    sizes = ((102, 0.2), (10, 0.5), (4, 0.5), (4, 0.2), (8, 0.1), (8, 0.9), (0, 0.2), (-40, 0.2), (8, 0.5))
    ask = partial(partial, size_of_test, course.dataset.template_split)
    return {f"{size} sentences, test_fraction {share}": outcome(ask(size, share)) for size, share in sizes}


def _judge_made(observed: Any, expected: Any) -> str | None:
    templates, banks = expected[0]
    for side, wanted in zip(observed[1], expected[1], strict=True):
        if len(side) != len(wanted):
            return f"there are {len(side)} sentences on a side instead of {len(wanted)}"
        if any(_made_otherwise(sample, templates, banks) for sample in side):
            return "a sentence is not its template, filled with its words, which suit its labels"
    return None


@leak_free.check("makes its sentences from the course's templates and words", judge=_judge_made)
def leak_free_made(course: Any, rng: torch.Generator) -> Any:
    (seed, other), split = seeds_from(rng), course.dataset.template_split
    return _full_source(course), [*sides_of(split(80, 0.25, seed)), *sides_of(split(80, 0.25, other, True))]


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
    splits = [course.dataset.template_split(80, 0.5, seed) for seed in seeds_from(rng, 4)]
    templates = [[[sample.template for sample in side] for side in sides_of(split)] for split in splits]
    return course.templates.FULL_SOURCE.templates, templates


@leak_free.check("holds out the given share of the templates")
def leak_free_template_share(course: Any, rng: torch.Generator) -> Any:
    split = course.dataset.template_split(800, 0.25, seeds_from(rng)[0])
    train, test = ([sample.template for sample in side] for side in sides_of(split))
    return {"templates of the training set": len(set(train)), "of the test set": len(set(test))}


def _used_words(sides: Any, banks: Any) -> list[tuple[int, list[list[str]]]]:
    """Give for each bank its size, and the words of it that each side uses, as often as they are used."""
    drawn = [[word for sample in side for word in sample.fields["words"]] for side in sides]
    return [(len(bank), [[word for word in words if word in bank] for words in drawn]) for bank in banks.values()]


def _other_sizes(sides: Any, wanted: list[int]) -> str | None:
    sizes = [len(side) for side in sides]
    return None if sizes == wanted else f"the sides have {_and(sizes)} sentences instead of {_and(wanted)}"


def _judge_shared_words(observed: Any, expected: Any) -> str | None:
    for size, uses in _used_words(observed[1], expected[0]):
        if any(len(words) > 8 * size and len(set(words)) < 0.8 * size for words in uses):
            return "a side does without many words, although the words were not to be divided"
    return _other_sizes(observed[1], [400, 400])


@leak_free.check("lets both sides use all words if not told otherwise", judge=_judge_shared_words)
def leak_free_shared_words(course: Any, rng: torch.Generator) -> Any:
    split = course.dataset.template_split(800, 0.5, seeds_from(rng)[0])
    return course.templates.FULL_SOURCE.word_banks, sides_of(split)


def _judge_divided_words(observed: Any, expected: Any) -> str | None:
    for size, (train, test) in _used_words(observed[1], expected[0]):
        if set(train) & set(test):
            return "a word is on both sides" + ("" if len(set(train)) < size else ", and training uses all words")
        for words, share in ((train, 3 * size // 4), (test, size // 4)):
            if len(set(words)) > share or (len(words) > 16 * share and len(set(words)) < 0.8 * share):
                return "the words are not divided in the share that was asked for"
    return _other_sizes(observed[1], [600, 200])


@leak_free.check("divides every word bank in the given share, if asked", judge=_judge_divided_words)
def leak_free_divided_words(course: Any, rng: torch.Generator) -> Any:
    split = course.dataset.template_split(800, 0.25, seeds_from(rng)[0], disjoint_words=True)
    return course.templates.FULL_SOURCE.word_banks, sides_of(split)


@leak_free.check("repeats its sentences for the same seed, and only then", judge=by_seed)
def leak_free_by_seed(course: Any, rng: torch.Generator) -> Any:
    (first, other), split = seeds_from(rng), course.dataset.template_split
    return [list(chain(*sides_of(split(40, 0.5, seed, True)))) for seed in (first, first, other)]


def _judge_held_out(observed: Any, _: Any) -> str | None:
    sides = [[(s.fields["template"], s.fields["words"]) for s in side] for side in observed]
    sizes = sorted({len(side) for side in sides})
    if len(sides) != 12 or sizes != [8]:
        return f"a test set has {' or '.join(map(str, sizes))} sentences instead of 8"
    if len({template for side in sides for template, _ in side}) < 11:
        return "the same templates are held out, whatever the seed"
    if len({word for side in sides for _, words in side for word in words}) < 75:
        return "the same words are held out, whatever the seed"
    return None


@leak_free.check("holds out other templates and other words for another seed", judge=_judge_held_out)
def leak_free_held_out(course: Any, rng: torch.Generator) -> Any:
    splits = [course.dataset.template_split(40, 0.2, seed, True) for seed in seeds_from(rng, 12)]
    return [sides_of(split)[1] for split in splits]


@leak_free.check("takes a fifth, the seed 0 and undivided words if not told otherwise", judge=twice_the_same)
def leak_free_defaults(course: Any, rng: torch.Generator) -> Any:
    split = course.dataset.template_split
    return [sides_of(split(80)), sides_of(split(80, test_fraction=0.2, seed=0, disjoint_words=False))]


@leak_free.check("leaves the course's templates and words as they were")
def leak_free_source(course: Any, rng: torch.Generator) -> Any:
    course.dataset.template_split(40, 0.5, seeds_from(rng)[0], True)
    return _full_source(course)
