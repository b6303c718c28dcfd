"""Judges that several exercises share."""

from typing import Any


def by_seed(observed: Any, expected: Any) -> str | None:
    """Judge what one seed, the same seed again, and another seed gave."""
    first, again, other = observed
    for given, wanted in zip(observed, expected, strict=True):
        if len(given) != len(wanted):
            return f"there are {len(given)} samples instead of {len(wanted)}"
    if repr(first) != repr(again):
        return "the same seed gives something else the second time"
    return "every seed gives the same" if repr(first) == repr(other) else None


def twice_the_same(observed: Any, expected: Any) -> str | None:
    """Judge two results of which the second was asked for with the default values written out."""
    default, explicit = observed
    sizes, wanted = ([len(side) for side in sides] for sides in (default, expected[0]))
    if sizes != wanted:
        return f"the sides have {sizes} samples instead of {wanted}"
    return None if repr(default) == repr(explicit) else "the default values are others"
