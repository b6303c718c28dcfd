"""Judges of exercise 4.3: where many answers are right."""

import math
from collections import Counter
from itertools import chain, pairwise
from typing import Any

from ...protocol.suite import Observe
from ...referee.judge import Judge
from ..judges import by_seed, twice_the_same
from . import checks
from .checks import SHARES, SMALL

SHARES_DIFFER = "the combinations of labels do not have the same share on both sides"


def _judge_shares(observed: Any, expected: Any) -> str | None:
    for sides, wanted in zip(observed, expected, strict=True):
        if repr(sides) == repr(tuple(reversed(wanted))) != repr(wanted):
            return "the test set has the training set's share"
        if repr(sides) != repr(wanted):
            alone = _counts_of_taskA(sides) == _counts_of_taskA(wanted)
            return SHARES_DIFFER + (", only those of task A alone" if alone else "")
    return None


def _counts_of_taskA(sides: Any) -> list[Counter[str]]:
    """Count the samples of task A's classes on each side."""
    return [Counter(chain.from_iterable([a] * count for (a, _), count in side.items())) for side in sides]


def _judge_small(observed: Any, _: Any) -> str | None:
    if [len(tested) for tested in observed] != [len(SMALL)] * len(SHARES):
        return "the number of combinations differs"
    tests = [
        (share, count, test)
        for share, tested in zip(SHARES, observed, strict=True)
        for count, test in zip(SMALL, tested, strict=True)
    ]
    if any(not 0 < test < count for _, count, test in tests if count > 1):
        return "a combination with several samples is on one side only"
    if any(test for _, count, test in tests if count == 1):
        return "the only sample of a combination is in the test set"
    for share, count, test in tests:
        fewest, most = math.floor(count * share), math.ceil(count * share)
        if count > 1 and not min(fewest, count - 1) <= test <= max(most, 1):
            return "a combination's share of the test set is not the one asked for"
    return None


def _judge_complete(observed: Any, expected: Any) -> str | None:
    given = Counter(repr(sample) for side in observed for sample in side)
    wanted = Counter(repr(sample) for side in expected for sample in side)
    if given - wanted:
        return "a sample is there twice, or changed"
    return "a sample got lost" if wanted - given else None


def _judge_choice(observed: Any, _: Any) -> str | None:
    tested = Counter(sentence for side in observed for sentence in side)
    sizes = sorted({len(side) for side in observed})
    if len(observed) != 60 or sizes != [8]:
        return f"a test set has {' or '.join(map(str, sizes))} samples instead of 8"
    return None if len(tested) == 16 and max(tested.values()) < 60 else "some samples are tested never or always"


def _judge_mixed(observed: Any, _: Any) -> str | None:
    for name, labels in zip(("training", "test"), observed, strict=True):
        if len(labels) != 40:
            return f"the {name} set has {len(labels)} samples instead of 40"
        if sum(this != following for this, following in pairwise(labels)) < 12:
            return f"the {name} set is sorted by the combinations of labels"
    return None


JUDGES: dict[Observe, Judge] = {
    checks.split_shares: _judge_shares,
    checks.split_small: _judge_small,
    checks.split_complete: _judge_complete,
    checks.split_by_seed: by_seed,
    checks.split_choice: _judge_choice,
    checks.split_mixed: _judge_mixed,
    checks.split_defaults: twice_the_same,
}
