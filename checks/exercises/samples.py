"""What the checks of several exercises of `dataset.py` share."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch

from ..protocol.suite import Case, Code, case, expect, expect_parts

Banks = dict[str, tuple[str, ...]]
CLASSES = (("Technology", "Entertainment", "Food"), ("Negative", "Positive"))

# Endings of names, of one length, so that they change how strings are hashed but not how they are sorted. The first one
# comes again: what differs then has another reason.
ENDINGS = ("10", "11", "12", "13", "14", "15", "16", "10")


def seeds_from(rng: torch.Generator, count: int = 2) -> list[int]:
    """Draw different seeds."""
    first = int(torch.randint(2**31, (1,), generator=rng))
    return [first + 97 * index for index in range(count)]


def words_for(banks: Any, taskA: int, taskB: int) -> Banks:
    """Give the words that each slot may take."""
    return {slot: words for (slot, a, b), words in banks.items() if a in (None, taskA) and b in (None, taskB)}


def find_filling(template: str, words: Banks, sentence: str) -> list[str] | None:
    """Give the words that make the sentence from the template; None if no words do."""
    parts = re.split(r"{(\w+)}", template)
    parts[::2] = map(re.escape, parts[::2])
    parts[1::2] = ["(" + "|".join(map(re.escape, words[slot])) + ")" for slot in parts[1::2]]
    found = re.fullmatch("".join(parts), sentence)
    return None if found is None else list(found.groups())


def sides_of(code: Code, split: Any) -> list[Any]:
    """Give the training and the test set of a split."""
    sides = expect_parts(split, "the training set", "the test set")
    names = ("the training set", "the test set")
    return [expect(code.dataset.MultiTaskDataset, side, name) for side, name in zip(sides, names, strict=True)]


def samples_of(code: Code, split: Any) -> list[list[Any]]:
    """Give the samples of the training and the test set of a split."""
    return [list(side.samples) for side in sides_of(code, split)]


def kind_of(value: Any) -> Any:
    """Give something that shows of which type a value is, and nothing else: its address is another every time."""
    return type(type(value).__name__, (), {"__module__": "builtins", "__repr__": lambda _: ""})()


def listed(items: Any) -> Any:
    """Give a list or a tuple as a list; of everything else, only the type."""
    return list(items) if isinstance(items, list | tuple) else kind_of(items)


def repeated(draw: Callable[[int], Any], rng: torch.Generator) -> Iterator[Case]:
    """Draw twice with one seed, and with another one."""
    first, other = seeds_from(rng)
    yield case("the same seed again", lambda: {"first": draw(first), "again": draw(first)})
    yield case("another seed", lambda: {"first": draw(first), "other": draw(other)})


def with_defaults(
    split: Callable[[dict[str, Any]], Any], given: dict[str, Any], defaults: dict[str, Any]
) -> dict[str, Any]:
    """Split with some options given, then twice with all options written out."""
    return {"default": split(given), "explicit": split({**defaults, **given}), "again": split({**defaults, **given})}


def called_otherwise(code: Code, source: Any, ending: str) -> Any:
    """Give a source's templates, slots and words an ending, so that a set of them has another order."""
    templates = tuple(re.sub(r"{(\w+)}", rf"{{\g<1>{ending}}}", template) + ending for template in source.templates)
    banks = {
        (slot + ending, *labels): tuple(word + ending for word in words)
        for (slot, *labels), words in source.word_banks.items()
    }
    return code.templates.SentenceSource(templates, banks)


def without_ending(samples: Sequence[Any], ending: str) -> list[dict[str, str]]:
    """Give sentences, templates and words without their ending."""
    named = [{"sentence": sample.sentence, "template": sample.template, "words": sample.words} for sample in samples]
    return [{name: str(text).replace(ending, "") for name, text in each.items()} for each in named]


def touched_by(act: Callable[[], Any]) -> dict[str, str]:
    """Tell which random numbers that belong to everybody something changes."""
    before = _global_states()
    act()
    after = _global_states()
    return {name: "left alone" if after[name] == before[name] else "changed" for name in before}


def _global_states() -> dict[str, str]:
    return {
        "Python's global random": repr(random.getstate()),
        "NumPy's global random": repr([part.tolist() if hasattr(part, "tolist") else part for part in _numpy_state()]),
        "torch's global random": repr(torch.random.get_rng_state().tolist()),
    }


def _numpy_state() -> Sequence[Any]:
    return list(np.random.get_state())
