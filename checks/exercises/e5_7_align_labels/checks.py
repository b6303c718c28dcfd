"""Checks of exercise 5.7, `align_labels`."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import torch

from ...protocol.suite import Case, Code, Suite, case, expect
from ..inputs import afterwards, outcome

suite = Suite(sees="the labels of the pieces")

TAGS = 15


def _pieces(lengths: Sequence[int], padding: int = 0, left: int = 0) -> list[int | None]:
    """Tell of each piece of a sentence which word it is of.

    Args:
        lengths: Of how many pieces each word is.
        padding: How much of it stands behind the sentence.
        left: How much of it stands before the sentence.
    """
    words = [word for word, length in enumerate(lengths) for _ in range(length)]
    return [*[None] * (left + 1), *words, *[None] * (1 + padding)]


def _labels(rng: torch.Generator, *counts: int) -> list[list[int]]:
    """Draw labels for the words of sentences; those of neighbours differ, and 0 is none of them."""
    rows = []
    for count in counts:
        steps = torch.randint(1, TAGS - 1, (count,), generator=rng)
        rows.append((steps.cumsum(0) % (TAGS - 1) + 1).tolist())
    return rows


def _aligned(label: str, code: Code, word_labels: list[list[int]], word_ids: list[list[int | None]]) -> Case:
    see = partial(code.tags.align_labels, word_labels, word_ids)
    return case(label, see, word_labels=word_labels, word_ids=word_ids)


@suite.check("moves the labels past the special token at the beginning, and gives special tokens none")
def whole_words(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for count in (1, 2, 4):
        words = f"{count} word{'s' if count > 1 else ''} of one piece each"
        yield _aligned(words, code, _labels(rng, count), [_pieces([1] * count)])


@suite.check("gives the label of a word in several pieces to the first of them alone")
def several_pieces(code: Code, rng: torch.Generator) -> Iterator[Case]:
    cases = {"a word in two pieces": (2,), "the second of three words in two pieces": (1, 2, 1)}
    cases["all of three words in pieces"] = (2, 4, 3)
    for label, lengths in cases.items():
        yield _aligned(label, code, _labels(rng, len(lengths)), [_pieces(lengths)])


@suite.check("gives padding no label")
def padding(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _aligned("two sentences, the second one padded", code, _labels(rng, 2, 1), [_pieces([1, 1]), _pieces([1], 1)])
    lengths = ((1, 2, 1), (1,), (3, 1))
    rows = [_pieces(each, 4 - sum(each)) for each in lengths]
    yield _aligned("three sentences, two of them padded", code, _labels(rng, 3, 1, 2), rows)


@suite.check("tells words apart by their number, not by their label: neighbours may have the same")
def same_labels(code: Code, rng: torch.Generator) -> Iterator[Case]:
    (label,) = _labels(rng, 1)
    yield _aligned("two words, the same label", code, [label * 2], [_pieces([1, 1])])
    yield _aligned("three words in pieces, the same label", code, [label * 3], [_pieces([2, 1, 2])])


@suite.check("takes label 0 for a label like any other")
def zero(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _aligned("one word with label 0", code, [[0]], [_pieces([1])])
    ((first, last),) = _labels(rng, 2)
    yield _aligned("three words, label 0 in the middle, in two pieces", code, [[first, 0, last]], [_pieces([1, 2, 1])])


@suite.check("gives a tensor of integers with a row for each sentence and a column for each piece", sees="the form")
def form(code: Code, rng: torch.Generator) -> Iterator[Case]:
    given = _labels(rng, 2, 1), [_pieces([1, 2]), _pieces([1], 2)]
    yield case("two sentences of five pieces", lambda: _form(code.tags.align_labels(*given)))


def _form(labels: Any) -> Any:
    tensor = expect(torch.Tensor, labels, "the labels of the pieces")
    return {"shape": list(tensor.shape), "dtype": str(tensor.dtype)}


@suite.check("leaves labels of words out that were cut off", careful=True)
def cut_off(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _aligned("three words, two of them left", code, _labels(rng, 3), [_pieces([1, 1])])
    yield _aligned("three words, one of them left, in pieces", code, _labels(rng, 3), [_pieces([3])])


@suite.check("finds the words where the padding stands before them", careful=True)
def left_padding(code: Code, rng: torch.Generator) -> Iterator[Case]:
    rows = [_pieces([2, 1]), _pieces([1], left=2)]
    yield _aligned("two sentences, the second one padded on the left", code, _labels(rng, 2, 1), rows)


@suite.check(
    "stays with the words' numbers where a word has no piece, or no special token stands between", careful=True
)
def gaps(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield _aligned("three words, the second one without a piece", code, _labels(rng, 3), [[None, 0, 2, None]])
    yield _aligned("two sentences without special tokens", code, _labels(rng, 1, 1), [[0], [0]])


@suite.check("refuses labels for another number of sentences than there are", sees="what came of it", careful=True)
def numbers(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for count in (1, 3):
        labels = _labels(rng, *[1] * count)
        see = partial(code.tags.align_labels, labels, [_pieces([1])] * 2)
        yield case(f"two sentences, labels for {count}", partial(outcome, see), word_labels=labels)


@suite.check("leaves the labels and the numbers of the words as they were", careful=True)
def inputs(code: Code, rng: torch.Generator) -> Iterator[Case]:
    given = {"word_labels": _labels(rng, 2, 1), "word_ids": [_pieces([1, 2]), _pieces([1], 2)]}
    yield case("two sentences", partial(afterwards, code.tags.align_labels, **given), **given)
