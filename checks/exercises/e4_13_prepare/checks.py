"""Checks of exercise 4.13, `prepare`. Each sees one promise kept, whatever else is still wrong.

Every text has a word of its own and the name of its class in it, so that the batches can be read.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import torch

from ...protocol.suite import Case, Code, Suite, WrongForm, case, expect

suite = Suite()

COLOURS = ("red", "green", "blue", "black", "white", "brown", "pink", "grey")


def _texts(count: int, classes: int = 2) -> tuple[list[str], list[str]]:
    """Write texts, the classes in turn, with their labels."""
    labels = [COLOURS[index % classes] for index in range(count)]
    return [f"this number{index} is {label}" for index, label in enumerate(labels)], labels


def _prepared(code: Code, texts: Sequence[str], labels: Sequence[str], **options: Any) -> Any:
    return code.faults.pipeline.prepare(list(texts), list(labels), **{"batch_size": 1, **options})


def _draw(rng: torch.Generator) -> int:
    """Draw a seed for `prepare`."""
    return int(torch.randint(10_000, (1,), generator=rng))


def _rows(prepared: Any, side: str) -> list[tuple[dict[str, float], str]]:
    """Read a side: of each text the counts of its words, and the name of its class."""
    batches = expect(list, getattr(prepared, side), f"the batches of the {side} side")
    found = []
    for features, numbers in batches:
        if len(features) != len(numbers) or features.shape[1:] != (len(prepared.vocabulary),):
            raise WrongForm(f"a batch: features {tuple(features.shape)} and class numbers {tuple(numbers.shape)}")
        for row, number in zip(features.tolist(), numbers.tolist(), strict=True):
            words = {word: count for word, count in zip(prepared.vocabulary, row, strict=True) if count}
            found.append((words, dict(enumerate(prepared.classes)).get(int(number), "none")))
    return found


def _own(words: dict[str, float]) -> str:
    """Give a text's own word; empty if the vocabulary lacks it."""
    return next((word for word in words if word.startswith("number")), "")


def _owns(prepared: Any, side: str) -> list[str]:
    return [_own(words) for words, _ in _rows(prepared, side)]


def _on_both_sides(code: Code, texts: list[str], labels: list[str], seed: int, different: int = 12) -> dict[str, int]:
    prepared = _prepared(code, texts, labels, test_share=0.5, seed=seed)
    train, test = set(_owns(prepared, "train")) - {""}, set(_owns(prepared, "test")) - {""}
    lost = max(0, different // 2 - len(train))
    return {"texts on both sides": len(train & test), "texts that the training side lacks": lost}


@suite.check("has no text on both sides")
def no_copies(code: Code, rng: torch.Generator) -> Iterator[Case]:
    texts, labels = _texts(12)
    yield case("every text once", partial(_on_both_sides, code, texts, labels, _draw(rng)))
    yield case("every text three times", partial(_on_both_sides, code, texts * 3, labels * 3, _draw(rng)))


def _vocabulary(code: Code, texts: list[str], labels: list[str], seed: int) -> dict[str, int]:
    prepared = _prepared(code, texts, labels, seed=seed)
    rows = [words for words, _ in _rows(prepared, "train")]
    seen = {word for words in rows for word in words}
    return {
        "words that no training text has": len(set(prepared.vocabulary) - seen),
        "training texts without their own word": sum(not _own(words) for words in rows),
    }


@suite.check("learns its vocabulary from the training texts alone")
def honest_vocabulary(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for count in (8, 20):
        yield case(f"{count} texts", partial(_vocabulary, code, *_texts(count), _draw(rng)))


def _mislabelled(code: Code, side: str, texts: list[str], labels: list[str], first: int) -> dict[str, int]:
    """Count the texts of a side that have another class than the one that they name, with a few seeds."""
    wrong = 0
    for seed in range(first, first + 4):
        for words, name in _rows(_prepared(code, texts, labels, seed=seed), side):
            named = [colour for colour in COLOURS if colour in words]
            wrong += bool(named) and named != [name]
    return {f"{'training' if side == 'train' else side} texts with another text's class": wrong}


@suite.check("means the same class by a number on both sides")
def same_numbers(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("two classes", partial(_mislabelled, code, "test", *_texts(40), _draw(rng)))
    yield case("eight classes, few texts of each", partial(_mislabelled, code, "test", *_texts(24, 8), _draw(rng)))


@suite.check("gives every training text its own label")
def own_labels(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("one class", partial(_mislabelled, code, "train", *_texts(8, 1), _draw(rng)))
    yield case("two classes", partial(_mislabelled, code, "train", *_texts(40), _draw(rng)))


def _sizes(code: Code, count: int, size: int) -> dict[str, int]:
    prepared = _prepared(code, *_texts(count), batch_size=size)
    return {"training texts": len(_rows(prepared, "train")), "test texts": len(_rows(prepared, "test"))}


@suite.check("has every text in a batch")
def nothing_lost(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, count in {"batches that come out even": 16, "a smaller last batch": 20}.items():
        yield case(label, partial(_sizes, code, count, 4))
    yield case("fewer texts than a batch holds", partial(_sizes, code, 4, 4))
    counts = (4 * torch.randint(1, 16, (8,), generator=rng)).tolist()
    yield case("eight numbers of texts", partial(_all_sizes, code, counts))


def _all_sizes(code: Code, counts: Sequence[int]) -> dict[str, int]:
    sizes = {count: _sizes(code, count, 4) for count in counts}
    return {f"{name} of {count}": size for count, both in sizes.items() for name, size in both.items()}


def _batch_sizes(code: Code, count: int) -> dict[str, list[int]]:
    prepared = _prepared(code, *_texts(count), batch_size=4)
    return {
        f"the sizes of the {side} batches": [len(numbers) for _, numbers in getattr(prepared, side)]
        for side in ("train", "test")
    }


@suite.check("cuts both sides into batches of the size that was asked for")
def batch_sizes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for count in (16, 32):
        yield case(f"{count} texts in batches of 4", partial(_batch_sizes, code, count))


def _order(code: Code) -> dict[str, str]:
    """Compare runs with the same seed and with another one; each text says `very` once more than the one before."""
    texts, labels = _texts(40)
    texts = [f"{text}{' very' * index}" for index, text in enumerate(texts)]
    first, again, other = (_prepared(code, texts, labels, seed=seed) for seed in (1, 1, 2))
    train = _owns(first, "train")
    test = [words.get("very", 0) for words, _ in _rows(first, "test")]
    return {
        "the same seed": "the same order" if _owns(again, "train") == train else "another order",
        "another seed": "the same order" if _owns(other, "train") == train else "another order",
        "the training texts": "as they came" if train == sorted(train, key=_number) else "in random order",
        "the test texts": "as they came" if test == sorted(test) else "in another order",
    }


def _number(own: str) -> int:
    return int(own.removeprefix("number") or -1)


@suite.check("shuffles the training texts, and only those, as the seed says")
def seeded(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("forty texts", partial(_order, code))


def _counted(code: Code) -> dict[str, float]:
    texts, labels = _texts(12)
    texts = [f"{text}{' very' * (index % 3)}" for index, text in enumerate(texts)]
    rows = _rows(_prepared(code, texts, labels), "train")
    wrong = [words for words, _ in rows if words.get("very", 0) != _number(_own(words)) % 3]
    return {"training texts with a wrong count": len(wrong)}


@suite.check("counts how often each word comes")
def counted(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield case("twelve texts", partial(_counted, code))
