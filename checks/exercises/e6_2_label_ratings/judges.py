"""Judges of exercise 6.2: which sentences are drawn, and in which order, is left to chance."""

from collections import Counter
from itertools import pairwise
from typing import Any

from ...protocol.suite import Observe
from ...referee.judge import Judge
from ..judges import by_seed, twice_the_same, whatever_the_hashes
from . import checks

# Forty shuffled labels of four kinds change thirty times, sorted ones three times.
FEWEST_CHANGES = 12


def _judge_kept_together(observed: Any, expected: Any) -> str | None:
    right, wanted = expected
    drawn = observed[1]
    if len(drawn) != len(wanted):
        return f"there are {len(drawn)} sentences instead of {len(wanted)}"
    for sentence, found in drawn:
        if sentence not in right:
            return f"{sentence!r} was drawn, which is neutral or was not given"
        if found[:2] != right[sentence][:2]:
            return f"{sentence!r} has the labels {found[:2]} instead of {right[sentence][:2]}"
        if found[2] != right[sentence][2]:
            return f"{sentence!r} has the review {found[2]!r} instead of {right[sentence][2]!r}"
    return None


def _judge_chance(observed: Any, expected: Any) -> str | None:
    sizes = {len(drawn) for drawn in observed}
    if sizes != {len(expected[0])}:
        return f"there are {max(sizes)} sentences instead of {len(expected[0])}"
    drawn = Counter(sentence for sentences in observed for sentence in sentences)
    if len({frozenset(sentences) for sentences in observed}) == 1:
        return "the same sentences are drawn, whatever the seed"
    everyone = {sentence for sentences in expected for sentence in sentences}
    if set(drawn) != everyone or max(drawn.values()) >= len(observed):
        return "some sentences are drawn never or always"
    return None


def _judge_mixed(observed: Any, expected: Any) -> str | None:
    for labels, wanted in zip(observed, expected, strict=True):
        if len(labels) != len(wanted):
            return f"there are {len(labels)} sentences instead of {len(wanted)}"
        if sum(this != following for this, following in pairwise(labels)) < FEWEST_CHANGES:
            return "the sentences are sorted by their combination of labels"
    return "the labels come in the same order, whatever the seed" if observed[0] == observed[1] == observed[2] else None


JUDGES: dict[Observe, Judge] = {
    checks.kept_together: _judge_kept_together,
    checks.chance: _judge_chance,
    checks.mixed: _judge_mixed,
    checks.by_seed: by_seed,
    checks.defaults: twice_the_same,
    checks.by_hash: whatever_the_hashes,
}
