"""Judges of exercise 4.4: where many answers are right."""

from typing import Any

from ...protocol.suite import Observe
from ...referee.judge import Judge
from ..judges import by_seed, joined, twice_the_same, whatever_the_hashes
from ..samples import find_filling, words_for
from . import checks


def _made_otherwise(sample: Any, templates: tuple[str, ...], banks: Any) -> bool:
    """Tell whether a sample is something else than its template, filled with its words, which suit its labels."""
    sentence, taskA, taskB, template, words, *_ = sample.fields.values()
    filling = find_filling(template, words_for(banks, taskA, taskB), sentence) if template in templates else None
    if filling is None or {type(taskA), type(taskB)} != {int}:
        return True
    return type(words) is not tuple or sorted(words) != sorted(filling)


def _judge_made(observed: Any, expected: Any) -> str | None:
    templates, banks = expected[0]
    for side, wanted in zip(observed[1], expected[1], strict=True):
        if len(side) != len(wanted):
            return f"there are {len(side)} sentences on a side instead of {len(wanted)}"
        if any(_made_otherwise(sample, templates, banks) for sample in side):
            return "a sentence is not its template, filled with its words, which suit its labels"
    return None


def _used_words(sides: Any, banks: Any) -> list[tuple[int, list[list[str]]]]:
    """Give for each bank its size, and the words of it that each side uses, as often as they are used."""
    drawn = [[word for sample in side for word in sample.fields["words"]] for side in sides]
    return [(len(bank), [[word for word in words if word in bank] for words in drawn]) for bank in banks.values()]


def _other_sizes(sides: Any, wanted: list[int]) -> str | None:
    sizes = [len(side) for side in sides]
    return None if sizes == wanted else f"the sides have {joined(sizes)} sentences instead of {joined(wanted)}"


def _judge_shared_words(observed: Any, expected: Any) -> str | None:
    for size, uses in _used_words(observed[1], expected[0][1]):
        if any(len(words) > 8 * size and len(set(words)) < 0.8 * size for words in uses):
            return "a side does without many words, although the words were not to be divided"
    return _other_sizes(observed[1], [400, 400])


def _judge_divided_words(observed: Any, expected: Any) -> str | None:
    used = [(len(bank), sides) for (bank, _), (_, sides) in zip(expected[1], observed[1], strict=True)]
    shared = sum(len(set(train) & set(test)) for _, (train, test) in used)
    if shared:
        few = [all(len(set(sides[index])) <= size // 4 for size, sides in used) for index in range(2)]
        return f"{shared} words are on both sides" + SHARING.get((few[0], few[1]), "")
    for size, (train, test) in used:
        for words, share in ((train, 3 * size // 4), (test, size // 4)):
            if len(set(words)) > share or (len(words) > 16 * share and len(set(words)) < 0.8 * share):
                return "the words are not divided in the share that was asked for"
    sizes, wanted = observed[0], expected[0]
    return None if sizes == wanted else f"the sides have {joined(sizes)} sentences instead of {joined(wanted)}"


# What shared words tell: whether training, and testing, keep to the few words that are held out.
SHARING = {
    (True, True): ": both sides draw from the same part of them",
    (False, True): ": testing keeps to its part, training does not",
}


def _judge_held_out(observed: Any, expected: Any) -> str | None:
    (name, _, sizes), (_, uses, given) = expected, observed
    if given != sizes:
        return f"a test set has {joined(sorted(set(given)))} sentences instead of {sizes[0]}"
    if name == "templates":
        return None if len(set().union(*uses)) >= 11 else "the same templates are held out, whatever the seed"
    return None if len(set().union(*uses)) >= 75 else "the same words are held out, whatever the seed"


JUDGES: dict[Observe, Judge] = {
    checks.leak_free_made: _judge_made,
    checks.leak_free_shared_words: _judge_shared_words,
    checks.leak_free_divided_words: _judge_divided_words,
    checks.leak_free_by_seed: by_seed,
    checks.leak_free_held_out: _judge_held_out,
    checks.leak_free_defaults: twice_the_same,
    checks.leak_free_by_hash: whatever_the_hashes,
}
