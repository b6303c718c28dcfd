"""Judges that several exercises share."""

from collections.abc import Iterable
from typing import Any

OTHERWISE = "the same seed gives something else the second time"


def by_seed(observed: Any, expected: Any) -> str | None:
    """Judge what one seed gave, and then the same seed again or another one."""
    first, second = observed.values()
    objection = _other_sizes(observed.values(), expected.values())
    if objection:
        return objection
    if "again" in expected:
        return None if repr(first) == repr(second) else OTHERWISE
    return "another seed gives the same" if repr(first) == repr(second) else None


def whatever_the_hashes(observed: Any, expected: Any) -> str | None:
    """Judge what one seed gives where strings have other endings, and so other hashes."""
    objection = _other_sizes(observed, expected)
    if objection or all(repr(given) == repr(observed[0]) for given in observed):
        return objection
    if repr(observed[0]) != repr(observed[-1]):  # the same strings
        return OTHERWISE
    return "the same seed gives something else where strings have other hashes: is there a set of strings on the way?"


def twice_the_same(observed: Any, expected: Any) -> str | None:
    """Judge splits of which the second and the third were asked for with the default values written out."""
    sizes, wanted = ([len(side) for side in sides] for sides in (observed["default"], expected["default"]))
    if sizes != wanted:
        return f"the sides have {joined(sizes)} samples instead of {joined(wanted)}"
    default, explicit, again = map(repr, observed.values())
    if explicit != again:
        return OTHERWISE
    return None if default == explicit else "the default values are others"


def _other_sizes(observed: Iterable[Any], expected: Iterable[Any]) -> str | None:
    for given, wanted in zip(observed, expected, strict=True):
        if len(given) != len(wanted):
            return f"there are {len(given)} samples instead of {len(wanted)}"
    return None


def joined(sizes: list[int]) -> str:
    """List sizes in a sentence."""
    return " and ".join(map(str, sizes))
