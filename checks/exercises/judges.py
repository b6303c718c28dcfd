"""Judges that several exercises share."""

from collections.abc import Iterable
from typing import Any


def by_seed(observed: Any, expected: Any) -> str | None:
    """Judge what one seed gave, and then the same seed again or another one."""
    first, second = observed.values()
    objection = _other_sizes(observed.values(), expected.values())
    if objection:
        return objection
    if "again" in expected:
        return None if repr(first) == repr(second) else "the same seed gives something else the second time"
    return "another seed gives the same" if repr(first) == repr(second) else None


def whatever_the_hashes(observed: Any, expected: Any) -> str | None:
    """Judge what one seed gives where strings have other endings, and so other hashes."""
    objection = _other_sizes(observed, expected)
    if objection or all(repr(given) == repr(observed[0]) for given in observed):
        return objection
    return "the same seed gives something else where strings have other hashes: is there a set of strings on the way?"


def twice_the_same(observed: Any, expected: Any) -> str | None:
    """Judge two splits of which the second was asked for with the default values written out."""
    default, explicit = observed.values()
    sizes, wanted = ([len(side) for side in sides] for sides in (default, expected["default"]))
    if sizes != wanted:
        return f"the sides have {joined(sizes)} samples instead of {joined(wanted)}"
    return None if repr(default) == repr(explicit) else "the default values are others"


def _other_sizes(observed: Iterable[Any], expected: Iterable[Any]) -> str | None:
    for given, wanted in zip(observed, expected, strict=True):
        if len(given) != len(wanted):
            return f"there are {len(given)} samples instead of {len(wanted)}"
    return None


def joined(sizes: list[int]) -> str:
    """List sizes in a sentence."""
    return " and ".join(map(str, sizes))
