"""Checks of exercise 6.4, `baselines`."""

import operator
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ...protocol.suite import Case, Code, Suite, WrongForm, a, case, expect, expect_parts
from ..inputs import afterwards, outcome

suite = Suite(sees="the baselines")

Training = tuple[list[str], list[int]]
Look = Callable[[Any], Any]

# The solver stops when it is near enough: sparse or dense, in one order or another, it ends a little elsewhere.
NEAR = 100

ACTORS = ("a moving film", "the actors were dull", "a dull and slow film", "the actors were moving", "slow but moving")
DEVICES = ("the battery is dead", "a bright screen", "the screen is dead", "bright and fast", "a fast charger")
DISHES = ("the soup was cold", "a warm soup", "cold and salty", "warm bread", "the bread was salty")
MORE = ("dull actors and a slow film", "a bright and moving screen", "the charger was cold", "fast soup")


def _two(rng: torch.Generator) -> Training:
    """Give sentences of two classes, in random order: which words count more changes with the seed."""
    return _mixed(rng, [(text, 0) for text in ACTORS] + [(text, 1) for text in DEVICES])


def _three(rng: torch.Generator, classes: Sequence[int] = (0, 1, 2)) -> Training:
    """Give sentences of three classes, the second of them more frequent than the others."""
    texts = (ACTORS[:3], DEVICES, DISHES[2:])
    return _mixed(rng, [(text, label) for label, group in zip(classes, texts, strict=True) for text in group])


def _mixed(rng: torch.Generator, pairs: list[tuple[str, int]]) -> Training:
    """Put sentences into random order, and leave one of them out."""
    order = torch.randperm(len(pairs), generator=rng).tolist()
    chosen = [pairs[index] for index in order][:-1]
    return [text for text, _ in chosen], [label for _, label in chosen]


def _case(label: str, code: Code, training: Training, tested: Sequence[str], look: Look) -> Case:
    """Make the case of a training set and some sentences, of whose baselines one part is looked at."""
    sentences, labels = training
    see = partial(code.baselines.baselines, sentences, labels, list(tested))
    return case(label, lambda: look(see()), train_sentences=sentences, train_labels=labels, test_sentences=list(tested))


def _majority(result: Any) -> dict[str, int]:
    """Take the majority as a whole number of any kind."""
    majority, _ = expect_parts(result, "the majority", "the bag of words")
    try:
        return {"the majority": operator.index(majority)}
    except TypeError as error:
        raise WrongForm(f"the majority: a whole number was expected, got {a(type(majority).__name__)}") from error


def _bag(result: Any) -> dict[str, Tensor]:
    """Take the probabilities in any precision: this is about their values."""
    _, probabilities = expect_parts(result, "the majority", "the bag of words")
    return {"the bag of words": expect(Tensor, probabilities, "the bag of words").double()}


def _labelled(*labels: int) -> Training:
    """Make a sentence for each label."""
    words = ("red", "green", "blue", "grey", "pink", "brown", "white", "black", "violet")
    return [f"{words[index]} word{label}" for index, label in enumerate(labels)], list(labels)


@suite.check("gives the most frequent class of training")
def majority(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "two classes, class 0 is the most frequent": (1, 0, 0, 0, 1),
        "two classes, class 1 is the most frequent": (0, 1, 1, 1, 0),
        "three classes, class 0 is the most frequent": (2, 0, 0, 0, 2, 1),
        "three classes, class 2 is the most frequent": (0, 2, 2, 1, 2, 2, 1, 0, 0),
    }
    for label, labels in cases.items():
        # What is tested is of another class, as far as words can tell.
        rare = min(set(labels), key=labels.count)
        yield _case(label, code, _labelled(*labels), [f"red word{rare}", f"blue word{rare}"], _majority)


@suite.check("gives each test sentence the probability of each class, a row for each", slack=NEAR)
def probabilities(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _case("two classes, one test sentence", code, _labelled(0, 1, 1), ["red word0"], _bag)
    yield _case("two classes, four test sentences", code, _two(rng), MORE, _bag)
    yield _case("three classes, four test sentences", code, _three(rng), MORE, _bag)


@suite.check("looks at pairs of neighbours as well as at single words", slack=NEAR)
def neighbours(code: Code, rng: torch.Generator) -> Iterator[Case]:
    sentences = ["good not bad", "bad not good", "not bad good", "not good bad", "good and bad"]
    for label, tested in {
        "the same words in another order": ["good not bad", "bad not good"],
        "single words": ["good", "bad"],
    }.items():
        yield _case(label, code, (sentences, [1, 0, 1, 0, 1]), tested, _bag)


@suite.check("learns nothing from the test sentences: one gets the same, whatever is tested beside it", slack=NEAR)
def tested_beside(code: Code, rng: torch.Generator) -> Iterator[Case]:
    training, sentence = _two(rng), "a dull screen"
    groups = {
        "tested alone": [],
        "beside sentences of the same words": ["a dull film", "dull and dull", "a dull battery"],
        "beside sentences of unknown words": ["quiet headphones", "a plot without any surprise"],
    }
    for label, others in groups.items():
        yield _case(label, code, training, [sentence, *others], _first_row)


def _first_row(result: Any) -> dict[str, Tensor]:
    return {"the first test sentence": _bag(result)["the bag of words"][:1]}


@suite.check(
    "gives a class that does not occur in training a column of zeros, and each other its own column", slack=NEAR
)
def absent_classes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {"class 1 is absent": (0, 2, 3), "class 0 is absent": (1, 2, 3), "classes 0, 2 and 3 are absent": (1, 4, 5)}
    for label, classes in cases.items():
        yield _case(label, code, _three(rng, classes), MORE[:2], _bag)


@suite.check("reads a word the same whatever its case, counts it each time, and leaves frequent words in", slack=NEAR)
def words(code: Code, rng: torch.Generator) -> Iterator[Case]:
    capitals = ["The FILM moved me", "the film bored me", "A Film that moved", "a film that BORED"]
    cases = {
        "words in capitals": ((capitals, [1, 0, 1, 0]), ["the film MOVED", "bored"]),
        "a word three times in a sentence": ((capitals, [1, 0, 1, 0]), ["moved moved moved me"]),
        "frequent words": ((["it was not for me", "it was for me", "not this", "this"], [0, 1, 0, 1]), ["not", "it"]),
    }
    for label, (training, tested) in cases.items():
        yield _case(label, code, training, tested, _bag)


@suite.check(
    "gives a majority that is a plain int, and probabilities in double precision, as a `Baselines`", slack=NEAR
)
def form(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _case("two classes", code, _two(rng), MORE[:2], lambda result: result)


@suite.check("takes the smallest of several classes that are equally frequent", careful=True)
def ties(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "two classes, the smaller one comes last": (1, 1, 0, 0),
        "two classes, the smaller one comes first": (0, 1, 1, 0),
        "three classes, the two larger ones are equally frequent": (2, 1, 0, 2, 1),
        "three classes, all are equally frequent": (2, 1, 1, 0, 0, 2),
    }
    for label, labels in cases.items():
        yield _case(label, code, _labelled(*labels), ["red"], _majority)


@suite.check("classifies sentences of unknown words, and an empty one", careful=True, slack=NEAR)
def unknown(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, tested in {"unknown words": ["quiet headphones"], "an empty sentence": [""]}.items():
        yield _case(label, code, _three(rng), tested, _bag)


@suite.check("gives no row, but all columns, where no sentence is tested", careful=True)
def nothing_tested(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, training in {"two classes": _two(rng), "class 1 is absent": _three(rng, (0, 2, 3))}.items():
        yield _case(label, code, training, [], _shape_and_majority)


def _shape_and_majority(result: Any) -> dict[str, Any]:
    return {"the shape of the bag of words": tuple(_bag(result)["the bag of words"].shape), **_majority(result)}


@suite.check("refuses training sentences of fewer than two classes with a ValueError", careful=True)
def refusals(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {"one class": _labelled(0, 0, 0), "one class, of a larger number": _labelled(2, 2), "no sentence": ([], [])}
    for label, (sentences, labels) in cases.items():
        see = partial(outcome, partial(code.baselines.baselines, sentences, labels, ["red"]))
        yield case(label, see, train_sentences=sentences, train_labels=labels)


@suite.check("takes tuples for lists, and leaves its inputs as they were", careful=True, slack=NEAR)
def inputs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    sentences, labels = _two(rng)
    for label, kind in {"lists": list, "tuples": tuple}.items():
        given = {"train_sentences": kind(sentences), "train_labels": kind(labels), "test_sentences": kind(MORE)}
        yield case(label, partial(afterwards, lambda *args: _bag(code.baselines.baselines(*args)), **given), **given)
