"""What the checks of several exercises of `dataset.py` share."""

import re
from collections.abc import Callable
from typing import Any

import torch

from ..protocol.suite import Code

Banks = dict[str, tuple[str, ...]]
CLASSES = (("Technology", "Entertainment", "Food"), ("Negative", "Positive"))


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


def make_samples(code: Code, count: int = 6) -> list[Any]:
    """Make samples with three classes for task A and two for task B, each sentence another."""
    return [
        code.dataset.Sample(f"sentence {i}", 2 - i % 3, i // 2 % 2, f"template {i}", (str(i),)) for i in range(count)
    ]


def sides_of(split: Any) -> list[list[Any]]:
    """Give the samples of the training and the test set."""
    train, test = split
    return [list(train.samples), list(test.samples)]


def size_of_test(split: Callable[..., Any], *arguments: Any) -> int:
    """Split, and give the size of the test set."""
    return len(split(*arguments)[1])
