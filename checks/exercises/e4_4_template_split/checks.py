"""Checks of exercise 4.4, `template_split`."""

from functools import partial
from itertools import chain
from typing import Any

import torch

from ...protocol.suite import Code, Suite
from ..inputs import outcome
from ..samples import seeds_from, sides_of, size_of_test

suite = Suite()


def _full_source(code: Code) -> Any:
    """Give the templates and the word banks that the course's sentences are made of."""
    return code.templates.FULL_SOURCE.templates, code.templates.FULL_SOURCE.word_banks


@suite.check("gives both sides their share of sentences, all four combinations equally often")
def leak_free_sizes(code: Code, rng: torch.Generator) -> Any:
    cases = ((100, 0.2), (52, 0.2), (44, 0.2), (40, 0.4), (16, 0.75), (8, 0.5), (400, 0.01), (400, 0.99))
    split, seed = code.dataset.template_split, seeds_from(rng)[0]
    splits = [split(*case, seed, disjoint) for case in cases for disjoint in (False, True)]
    return [(train.distribution(), test.distribution()) for train, test in splits]


@suite.check("refuses sizes that leave a side without all four combinations")
def leak_free_refuses(code: Code, rng: torch.Generator) -> Any:
    sizes = ((102, 0.2), (10, 0.5), (4, 0.5), (4, 0.2), (8, 0.1), (8, 0.9), (0, 0.2), (-40, 0.2), (8, 0.5))
    ask = partial(partial, size_of_test, code.dataset.template_split)
    return {f"{size} sentences, test_fraction {share}": outcome(ask(size, share)) for size, share in sizes}


@suite.check("makes its sentences from the course's templates and words")
def leak_free_made(code: Code, rng: torch.Generator) -> Any:
    (seed, other), split = seeds_from(rng), code.dataset.template_split
    return _full_source(code), [*sides_of(split(80, 0.25, seed)), *sides_of(split(80, 0.25, other, True))]


@suite.check("has no template on both sides")
def leak_free_templates(code: Code, rng: torch.Generator) -> Any:
    splits = [code.dataset.template_split(80, 0.5, seed) for seed in seeds_from(rng, 4)]
    templates = [[[sample.template for sample in side] for side in sides_of(split)] for split in splits]
    return code.templates.FULL_SOURCE.templates, templates


@suite.check("holds out the given share of the templates")
def leak_free_template_share(code: Code, rng: torch.Generator) -> Any:
    split = code.dataset.template_split(800, 0.25, seeds_from(rng)[0])
    train, test = ([sample.template for sample in side] for side in sides_of(split))
    return {"templates of the training set": len(set(train)), "of the test set": len(set(test))}


@suite.check("lets both sides use all words if not told otherwise")
def leak_free_shared_words(code: Code, rng: torch.Generator) -> Any:
    split = code.dataset.template_split(800, 0.5, seeds_from(rng)[0])
    return code.templates.FULL_SOURCE.word_banks, sides_of(split)


@suite.check("divides every word bank in the given share, if asked")
def leak_free_divided_words(code: Code, rng: torch.Generator) -> Any:
    split = code.dataset.template_split(800, 0.25, seeds_from(rng)[0], disjoint_words=True)
    return code.templates.FULL_SOURCE.word_banks, sides_of(split)


@suite.check("repeats its sentences for the same seed, and only then")
def leak_free_by_seed(code: Code, rng: torch.Generator) -> Any:
    (first, other), split = seeds_from(rng), code.dataset.template_split
    return [list(chain(*sides_of(split(40, 0.5, seed, True)))) for seed in (first, first, other)]


@suite.check("holds out other templates and other words for another seed")
def leak_free_held_out(code: Code, rng: torch.Generator) -> Any:
    splits = [code.dataset.template_split(40, 0.2, seed, True) for seed in seeds_from(rng, 12)]
    return [sides_of(split)[1] for split in splits]


@suite.check("takes a fifth, the seed 0 and undivided words if not told otherwise")
def leak_free_defaults(code: Code, rng: torch.Generator) -> Any:
    split = code.dataset.template_split
    return [sides_of(split(80)), sides_of(split(80, test_fraction=0.2, seed=0, disjoint_words=False))]


@suite.check("leaves the course's templates and words as they were")
def leak_free_source(code: Code, rng: torch.Generator) -> Any:
    code.dataset.template_split(40, 0.5, seeds_from(rng)[0], True)
    return _full_source(code)
