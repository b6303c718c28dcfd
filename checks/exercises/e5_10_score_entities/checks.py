"""Checks of exercise 5.10, `score_entities`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch

from ...protocol.suite import Case, Code, Suite, case, expect_parts
from ..inputs import afterwards, outcome

suite = Suite(sees="the scores")

TYPES = ("noun", "does", "month")


def _tags(*sentences: str) -> list[list[str]]:
    """Write tags short: `. B-noun I-noun`, with a dot for O."""
    return [["O" if tag == "." else tag for tag in sentence.split()] for sentence in sentences]


def _scored(label: str, code: Code, expected: list[list[str]], predicted: list[list[str]]) -> Case:
    see = partial(code.entities.score_entities, expected, predicted)
    return case(label, see, expected=expected, predicted=predicted)


def _drawn(rng: torch.Generator, words: int, sentences: int) -> list[list[str]]:
    """Draw tags at random, one after the other: any may follow any."""
    tags = ("O", "O", *(f"{prefix}-{type_}" for type_ in TYPES for prefix in "BI"))
    return [[tags[int(i)] for i in torch.randint(len(tags), (words,), generator=rng)] for _ in range(sentences)]


def _garbled(rng: torch.Generator, expected: list[list[str]]) -> list[list[str]]:
    """Change about every sixth tag into one that another word has."""
    words = [tag for row in expected for tag in row]
    rows = []
    for row in expected:
        others = torch.randint(len(words), (len(row),), generator=rng).tolist()
        kept = torch.rand(len(row), generator=rng) > 1 / 6
        rows.append([tag if stays else words[other] for tag, other, stays in zip(row, others, kept, strict=True)])
    return rows


@suite.check("gives 1 where everything is right")
def perfect(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {
        "one entity of one word": ". B-noun",
        "two entities, one of them of two words": ". B-noun . B-does I-does .",
    }
    for label, tags in cases.items():
        yield _scored(label, code, _tags(tags), _tags(tags))


@suite.check("counts an entity only if both its ends are right")
def ends(code: Code, rng: torch.Generator) -> Iterator[Case]:
    expected = "B-noun . B-does I-does I-does ."
    cases = {
        "one of two entities too short": "B-noun . B-does I-does . .",
        "one of two entities too long": "B-noun . B-does I-does I-does I-does",
        "one of two entities beginning late": "B-noun . . B-does I-does .",
        "one of two entities cut into two": "B-noun . B-does B-does I-does .",
    }
    for label, predicted in cases.items():
        yield _scored(label, code, _tags(expected), _tags(predicted))


@suite.check("counts an entity only if its type is right")
def types(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _scored("one of two entities of another type", code, _tags("B-noun . B-month"), _tags("B-noun . B-noun"))
    predicted = _tags(". B-noun I-noun . B-month")
    yield _scored("one of two words of another type", code, _tags(". B-does I-does . B-month"), predicted)


@suite.check("tells precision from recall")
def both(code: Code, rng: torch.Generator) -> Iterator[Case]:
    expected = _tags("B-noun . B-month . B-does I-does .")
    yield _scored("one of three entities found", code, expected, _tags("B-noun . . . . . ."))
    yield _scored("four found where three are", code, expected, _tags("B-noun . B-month . B-does I-does B-noun"))
    yield _scored("one right, one wrong of three", code, expected, _tags("B-noun . . B-month . . ."))


@suite.check("begins an entity at an I- that continues nothing")
def orphans(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _scored("an I- at the beginning, two entities", code, _tags("B-noun . B-month"), _tags("I-noun . B-month"))
    yield _scored(
        "an I- after an O, two entities", code, _tags("B-noun . B-does I-does"), _tags("B-noun . I-does I-does")
    )
    expected = _tags("B-noun B-does I-does . B-month")
    yield _scored("an I- after another type, three entities", code, expected, _tags("B-noun I-does I-does . B-month"))


@suite.check("begins a new entity at each B-, even next to one of its own type")
def neighbours(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _scored(
        "two entities side by side, joined", code, _tags("B-noun B-noun . B-month"), _tags("B-noun I-noun . B-month")
    )
    yield _scored(
        "two entities side by side, both right", code, _tags("B-noun B-noun . ."), _tags("B-noun B-noun . B-noun")
    )


@suite.check("takes the end of a sentence for the end of its entity")
def last_words(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _scored("the last two words an entity", code, _tags("B-month . B-does I-does"), _tags(". . B-does I-does"))
    expected = _tags("B-month . B-does", "I-does .", "B-noun")
    yield _scored(
        "three sentences, one going on where another ended", code, expected, _tags(". . B-does", "I-does .", ".")
    )


@suite.check("keeps the sentences apart, and takes one score over all of them")
def many(code: Code, rng: torch.Generator) -> Iterator[Case]:
    expected = _tags("B-noun . . B-month", "B-noun . .")
    yield _scored(
        "two sentences, the same entity in both, found in one", code, expected, _tags("B-noun . . .", ". . .")
    )
    expected = _tags("B-noun B-does B-month . B-noun", ". B-noun", ". .")
    yield _scored("three sentences of unlike length", code, expected, _tags("B-noun B-does . . .", ". B-noun", ". ."))
    drawn = _drawn(rng, words=9, sentences=30)
    yield _scored("thirty sentences with any tags", code, drawn, _garbled(rng, drawn))


@suite.check("gives 0 where there is nothing to divide by")
def nothing(code: Code, rng: torch.Generator) -> Iterator[Case]:
    some, none, wrong = _tags("B-noun . B-month"), _tags(". . ."), _tags(". B-noun .")
    yield _scored("entities, none found", code, some, none)
    yield _scored("no entity, one found", code, none, wrong)
    yield _scored("entities, all that are found wrong", code, some, wrong)
    yield _scored("no entity, none found", code, none, none)


@suite.check("gives plain numbers under their names", sees="the form", careful=True)
def form(code: Code, rng: torch.Generator) -> Iterator[Case]:
    expected, predicted = _tags("B-noun . B-month"), _tags("B-noun . .")
    yield case("one of two entities found", lambda: _form(code.entities.score_entities(expected, predicted)))


def _form(scores: Any) -> Any:
    expect_parts(scores, "precision", "recall", "f1")
    return {name: type(getattr(scores, name, None)).__name__ for name in ("precision", "recall", "f1")}


@suite.check("takes sentences without a word, and no sentence at all", careful=True)
def empty(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _scored("two sentences, one without a word", code, [[], *_tags("B-noun")], [[], *_tags("B-noun")])
    yield _scored("no sentence", code, [], [])


@suite.check("refuses other numbers of sentences or of words", sees="what came of it", careful=True)
def lengths(code: Code, rng: torch.Generator) -> Iterator[Case]:
    two = _tags("B-noun .", "B-month")
    others = {"one sentence": two[:1], "three sentences": [*two, ["O"]], "a word more": _tags("B-noun . .", "B-month")}
    for label, predicted in others.items():
        see = partial(code.entities.score_entities, two, predicted)
        yield case(f"two sentences, predicted {label}", partial(outcome, see), expected=two, predicted=predicted)


@suite.check("leaves the tags as they were", careful=True)
def inputs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    given = {"expected": _tags("B-noun . B-does I-does"), "predicted": _tags("B-noun . B-does .")}
    yield case("one sentence", partial(afterwards, code.entities.score_entities, **given), **given)
