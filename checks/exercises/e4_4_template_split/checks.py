"""Checks of exercise 4.4, `template_split`."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import Any

import torch

from ...protocol.suite import Case, Code, Suite, case
from ..inputs import outcome
from ..samples import (
    ENDINGS,
    called_otherwise,
    repeated,
    samples_of,
    seeds_from,
    sides_of,
    touched_by,
    with_defaults,
    without_ending,
)

suite = Suite(sees="both sides")

Split = list[list[Any]]  # samples of the training and of the test set


def _full_source(code: Code) -> Any:
    """Give the templates and the word banks that the course's sentences are made of."""
    return code.templates.FULL_SOURCE.templates, code.templates.FULL_SOURCE.word_banks


def _split(code: Code, *arguments: Any, **options: Any) -> Split:
    """Call the learner's function."""
    return samples_of(code, code.dataset.template_split(*arguments, **options))


@suite.check("has no template on both sides")
def leak_free_templates(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, disjoint in {"words shared": False, "words divided": True}.items():
        yield case(label, partial(_shared_templates, code, disjoint, seeds_from(rng, 2)))


def _shared_templates(code: Code, disjoint: bool, seeds: list[int]) -> dict[str, Any]:
    """List the templates that both sides of a split have, and those that nobody knows."""
    known = set(_full_source(code)[0])
    splits = [_split(code, 80, 0.5, seed, disjoint) for seed in seeds]
    used = [[{sample.template for sample in side} for side in split] for split in splits]
    return {
        "templates on both sides": sorted(set(chain(*(train & test for train, test in used)))),
        "templates that the course does not have": sorted(set(chain(*chain(*used))) - known),
        "sizes of both sides": [[len(side) for side in split] for split in splits],
    }


SIZES = ((8, 0.5), (16, 0.75), (40, 0.4), (44, 0.2), (52, 0.2), (100, 0.2), (400, 0.01), (400, 0.99))


@suite.check("gives both sides their share of sentences, all four combinations equally often")
def leak_free_sizes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for number, (size, share) in enumerate(SIZES):
        see = partial(_combinations, code, size, share, seeds_from(rng)[0], number % 2 == 1)
        yield case(f"{size} sentences, test_fraction {share}", see, size=size, test_fraction=share)
    drawn = [(16 * size, seeds_from(rng)[0]) for size in torch.randint(1, 60, (6,), generator=rng).tolist()]
    yield case("six numbers of sentences, test_fraction 0.25", partial(_several_sizes, code, drawn))


def _combinations(code: Code, size: int, share: float, seed: int, disjoint: bool) -> dict[str, int]:
    split = _split(code, size, share, seed, disjoint)
    sizes = {f"sentences of the {side} set": len(samples) for side, samples in zip(NAMES, split, strict=True)}
    counts = [Counter((sample.taskA, sample.taskB) for sample in side) for side in split]
    labelled = {
        f"sentences of the {side} set with labels {a} and {b}": count[a, b]
        for side, count in zip(NAMES, counts, strict=True)
        for a in range(2)
        for b in range(2)
    }
    return {**sizes, **labelled}


NAMES = ("training", "test")


def _several_sizes(code: Code, drawn: list[tuple[int, int]]) -> dict[str, int]:
    """Count both sides of several splits, each of so many sentences and with its seed."""
    splits = {size: _combinations(code, size, 0.25, seed, False) for size, seed in drawn}
    return {f"of {size} {name}": count for size, counts in splits.items() for name, count in counts.items()}


@suite.check("makes its sentences from the course's templates and words")
def leak_free_made(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, disjoint in {"words shared": False, "words divided": True}.items():
        seed = seeds_from(rng)[0]
        yield case(label, partial(_with_source, code, 80, 0.25, seed, disjoint))


def _with_source(code: Code, *arguments: Any) -> Any:
    """Give the source as well as both sides."""
    return _full_source(code), _split(code, *arguments)


@suite.check("holds out the given share of the templates")
def leak_free_template_share(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for share in (0.25, 0.5):
        yield case(f"test_fraction {share}", partial(_number_of_templates, code, share, seeds_from(rng)[0]))


def _number_of_templates(code: Code, share: float, seed: int) -> dict[str, int]:
    train, test = _split(code, 400, share, seed)
    sides = {"templates of the training set": train, "templates of the test set": test}
    return {name: len({sample.template for sample in side}) for name, side in sides.items()}


@suite.check("lets both sides use all words if not told otherwise")
def leak_free_shared_words(code: Code, rng: torch.Generator) -> Any:
    return _with_source(code, 800, 0.5, seeds_from(rng)[0])


# Whether a bank's words depend on the labels of task A and of task B.
BANKS = {
    "words for a class of task A": (True, False),
    "words for a class of task B": (False, True),
    "words for classes of both tasks": (True, True),
    "words for all classes": (False, False),
}


@suite.check("divides every word bank in the given share, if asked")
def leak_free_divided_words(code: Code, rng: torch.Generator) -> Iterator[Case]:
    seed = seeds_from(rng)[0]
    for label, depends in BANKS.items():
        yield case(label, partial(_of_banks, code, depends, seed))


def _of_banks(code: Code, depends: tuple[bool, bool], seed: int) -> Any:
    """Give the sizes of both sides, and of some word banks the words, and those that each side draws from it."""
    split = _split(code, 800, 0.25, seed, True)
    drawn = [[word for sample in side for word in sample.words] for side in split]
    _, banks = _full_source(code)
    some = [words for key, words in banks.items() if (key[1] is not None, key[2] is not None) == depends]
    used = [(list(bank), [[word for word in words if word in bank] for words in drawn]) for bank in some]
    return [len(side) for side in split], used


@suite.check("repeats its sentences for the same seed, and only then")
def leak_free_by_seed(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return repeated(lambda seed: list(chain(*_split(code, 40, 0.5, seed, True))), rng)


@suite.check("holds out other templates and other words for another seed")
def leak_free_held_out(code: Code, rng: torch.Generator) -> Iterator[Case]:
    seeds = seeds_from(rng, 12)
    for name in ("templates", "words"):
        yield case(f"{name}, 12 seeds", partial(_held_out, code, name, seeds))


def _held_out(code: Code, name: str, seeds: list[int]) -> Any:
    """Give what each of several test sets uses."""
    sides = [_split(code, 40, 0.2, seed, True)[1] for seed in seeds]
    uses = [[(sample.template,) if name == "templates" else sample.words for sample in side] for side in sides]
    return name, [list(chain(*each)) for each in uses], [len(side) for side in sides]


@suite.check("takes a fifth, the seed 0 and undivided words if not told otherwise")
def leak_free_defaults(code: Code, rng: torch.Generator) -> Iterator[Case]:
    defaults = {"test_fraction": 0.2, "seed": 0, "disjoint_words": False}
    options: dict[str, dict[str, Any]] = {
        "nothing given": {},
        "only the seed given": {"seed": 7},
        "only the share given": {"test_fraction": 0.4},
    }
    for label, given in options.items():
        yield case(label, partial(with_defaults, lambda options: _split(code, 80, **options), given, defaults))


REFUSED = {
    "no multiple of 4, even": (102, 0.2),
    "no multiple of 4, odd": (41, 0.2),
    "nothing left for training": (8, 0.9),
    "nothing left for testing": (8, 0.1),
    "4 sentences, half of them tested": (4, 0.5),
    "no sentences": (0, 0.2),
    "fewer than none": (-40, 0.2),
    "8 sentences, half of them tested: enough": (8, 0.5),
}


@suite.check("refuses sizes that leave a side without all four combinations", sees="the split", careful=True)
def leak_free_refuses(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, (size, share) in REFUSED.items():
        see = partial(outcome, partial(_sizes, code, size, share))
        yield case(label, see, size=size, test_fraction=share)


def _sizes(code: Code, size: int, share: float) -> list[int]:
    return [len(side) for side in _split(code, size, share)]


@suite.check("leaves the course's templates and words as they were", careful=True)
def leak_free_source(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, disjoint in {"words shared": False, "words divided": True}.items():
        yield case(label, partial(_source_afterwards, code, seeds_from(rng)[0], disjoint))


def _source_afterwards(code: Code, seed: int, disjoint: bool) -> dict[str, Any]:
    before = code.templates.SentenceSource(code.templates.TEMPLATES, dict(code.templates.WORD_BANKS))
    with _in_place_of_full_source(code, before):
        sides = _split(code, 40, 0.5, seed, disjoint)
        templates, banks = _full_source(code)
    words = {" ".join(map(str, key)): list(words) for key, words in banks.items()}
    return {"sizes of both sides": [len(side) for side in sides], "the templates": list(templates), **words}


@contextmanager
def _in_place_of_full_source(code: Code, source: Any) -> Iterator[None]:
    """Lend the course's source other templates and words, whoever holds it."""
    full = code.templates.FULL_SOURCE
    before = full.templates, full.word_banks
    try:
        _fill(full, source.templates, source.word_banks)
        yield
    finally:
        _fill(full, *before)


def _fill(source: Any, templates: Any, word_banks: Any) -> None:
    object.__setattr__(source, "templates", templates)  # it is frozen
    object.__setattr__(source, "word_banks", word_banks)


@suite.check("repeats its sentences in another process, where sets of strings have another order", careful=True)
def leak_free_by_hash(code: Code, rng: torch.Generator) -> Any:
    seed = seeds_from(rng)[0]
    return [_called_otherwise(code, seed, ending) for ending in ENDINGS]


def _called_otherwise(code: Code, seed: int, ending: str) -> list[dict[str, str]]:
    with _in_place_of_full_source(code, called_otherwise(code, code.templates.FULL_SOURCE, ending)):
        return [sample for side in _split(code, 40, 0.5, seed, True) for sample in without_ending(side, ending)]


@suite.check("leaves the random numbers alone that belong to everybody", careful=True)
def leak_free_random_state(code: Code, rng: torch.Generator) -> Any:
    seed = seeds_from(rng)[0]
    return touched_by(lambda: sides_of(code, code.dataset.template_split(40, 0.5, seed, True)))
