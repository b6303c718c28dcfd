"""Judges of exercise 4.3: where many answers are right."""

import math
from collections import Counter
from itertools import pairwise
from typing import Any

from ...protocol.codec import Refused
from ...protocol.suite import Observe
from ...referee.judge import Judge
from ..judges import by_seed, joined, twice_the_same, whatever_the_hashes
from . import checks


def _judge_small(observed: Any, expected: Any) -> str | None:
    (count, wanted), tests = expected, observed[1]
    if any(isinstance(tested, Refused) for tested in tests.values()):
        few = "a single sample" if count == 1 else "several samples"
        return f"a dataset was refused in which one combination has {few} and another one many"
    for share in wanted:
        problem = _misplaced(count, share, tests[share])
        if problem:
            return f"test_fraction {share}: {problem}"
    return None


def _misplaced(count: int, share: float, tested: int) -> str | None:
    """Say what is wrong with the number of tested samples of a combination."""
    if count == 1:
        return "the only sample of a combination is in the test set" if tested else None
    if not tested:
        return f"none of the {count} samples of a combination is in the test set"
    if tested >= count:
        return f"all {count} samples of a combination are in the test set, none in training"
    fewest, most = math.floor(count * share), math.ceil(count * share)
    if min(fewest, count - 1) <= tested <= max(most, 1):
        return None
    return f"{tested} of the {count} samples of a combination are in the test set"


def _judge_choice(observed: Any, expected: Any) -> str | None:
    sizes = sorted({len(side) for side in observed})
    if len(observed) != len(expected) or sizes != [len(expected[0])]:
        return f"a test set has {joined(sizes)} samples instead of {len(expected[0])}"
    tested = Counter(sentence for side in observed for sentence in side)
    if len({frozenset(side) for side in observed}) == 1:
        return "the same samples are tested, whatever the seed"
    everyone = len(tested) == 2 * len(expected[0])
    return None if everyone and max(tested.values()) < 60 else "some samples are tested never or always"


def _judge_mixed(observed: Any, expected: Any) -> str | None:
    if len(observed) != len(expected):
        return f"there are {len(observed)} samples instead of {len(expected)}"
    labels, places = [tuple(row[:2]) for row in observed], [row[2] for row in observed]
    if places == sorted(places):
        return "the samples are in the order that they had in the dataset"
    if sum(this != following for this, following in pairwise(labels)) < 12:
        return "the samples are sorted by their combination of labels"
    return None


JUDGES: dict[Observe, Judge] = {
    checks.split_small: _judge_small,
    checks.split_by_seed: by_seed,
    checks.split_choice: _judge_choice,
    checks.split_mixed: _judge_mixed,
    checks.split_defaults: twice_the_same,
    checks.split_by_hash: whatever_the_hashes,
}
