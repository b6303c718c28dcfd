"""The right content of a list, a mapping, a set or a text, otherwise arranged or not all of it."""

from collections.abc import Iterator
from typing import Any

from ...protocol.codec import Named
from ..compare import describe
from .pairs import Fact, Pair, in_each_case

MOST_ITEMS = 150  # each is compared with each
LONGEST = 60  # characters of a name or text that is quoted
FEW = 3  # names that are listed


def _fields(pair: Pair) -> tuple[dict[Any, Any], dict[Any, Any]] | None:
    """Both as mappings, if both have named parts."""
    expected, observed = (each.fields if isinstance(each, Named) else each for each in (pair.expected, pair.observed))
    small = isinstance(expected, dict) and isinstance(observed, dict) and len(expected) + len(observed) < 2 * MOST_ITEMS
    return (expected, observed) if small else None


def _quoted(value: Any) -> str:
    text = describe(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _listed(values: list[Any]) -> str:
    more = f" and {len(values) - FEW} more" if len(values) > FEW else ""
    return ", ".join(_quoted(value) for value in values[:FEW]) + more


@in_each_case
def renamed(pair: Pair) -> Iterator[Fact]:
    """The right values under other keys."""
    expected, observed = _fields(pair) or ({}, {})
    extra = [key for key in observed if key not in expected]
    missing = [key for key in expected if key not in observed]
    partners: dict[Any, Any] = {}
    for key in missing:
        for other in extra:
            if key not in partners and other not in partners.values() and pair.same(expected[key], observed[other]):
                partners[key] = other
    if missing and len(missing) == len(extra) == len(partners):
        if all(isinstance(key, str) and not isinstance(other, str) for key, other in partners.items()):
            other = _quoted(partners[missing[0]])
            yield Fact("type", f"the keys of {{name}} are of another type: {other} instead of {_quoted(missing[0])}")
        told = ", ".join(f"{_quoted(partners[key])} instead of {_quoted(key)}" for key in missing[:FEW])
        yield Fact(f"renamed {told}", f"{{has}} the right values under other names: {told}")


@in_each_case
def key_set(pair: Pair) -> Iterator[Fact]:
    """Keys that are missing or that nobody asked for, beside right values."""
    expected, observed = _fields(pair) or ({}, {})
    missing = [key for key in expected if key not in observed]
    extra = [key for key in observed if key not in expected]
    if all(pair.same(expected[key], observed[key]) for key in expected if key in observed):
        for keys, word in ((missing, "lacks"), (extra, "also has")):
            if keys and not (missing and extra):
                rest = "; all else is right" if len(expected) > len(missing) else ""
                yield Fact(f"{word} {_listed(keys)}", f"{{name}} {word} {_listed(keys)}{rest}")


@in_each_case
def exchanged(pair: Pair) -> Iterator[Fact]:
    """Two values stand in each other's place."""
    positions = all(isinstance(value, tuple) and len(value) == 2 for value in (pair.expected, pair.observed))
    both = tuple(dict(enumerate(value)) for value in (pair.expected, pair.observed)) if positions else _fields(pair)
    expected, observed = both or ({}, {})
    if set(expected) != set(observed):
        return
    wrong = [key for key in expected if not pair.same(expected[key], observed[key])]
    if len(wrong) == 2 and all(
        pair.same(expected[one], observed[other]) and _is_telling(pair, expected, one)
        for one, other in (wrong, wrong[::-1])
    ):
        what = "the two parts of {name}" if positions else f"{wrong[0]} and {wrong[1]}"
        yield Fact(what, f"{what} are exchanged: each has the other's value")


def _is_telling(pair: Pair, values: dict[Any, Any], key: Any) -> bool:
    """Tell whether a value is no flag (0, True) and no state that others have, too: those are exchanged by chance."""
    if isinstance(values[key], int | float):
        return values[key] not in (0, 1)
    return sum(pair.same(values[key], other) for other in values.values()) == 1


def _lists(pair: Pair) -> tuple[list[Any], list[Any]] | None:
    expected, observed = pair.expected, pair.observed
    if type(expected) is not type(observed) or not isinstance(expected, list | tuple):
        return None
    return (list(expected), list(observed)) if expected and len(expected) + len(observed) < 2 * MOST_ITEMS else None


@in_each_case
def list_length(pair: Pair) -> Iterator[Fact]:
    """Items that are missing, repeated, or too many."""
    expected, observed = _lists(pair) or ([], [])
    count = len(observed) - len(expected)
    many = "one" if abs(count) == 1 else abs(count)
    if expected and not observed:
        yield Fact("empty", f"{{is}} empty; there should be {len(expected)}")
    elif count < 0:
        yield from _missing(pair, expected, observed, f"{{has}} {many} too few")
    elif count > 0:
        if _are_things(observed) and pair.same(expected, _distinct(pair, observed)):
            yield Fact("twice", "{has} items twice: each should come once")
        if pair.same(expected, observed[:-count]):
            yield Fact("more end", f"{{has}} {many} too many, at the end, from {_quoted(observed[-count])} on")
        elif pair.same(expected, observed[count:]):
            yield Fact("more start", f"{{has}} {many} too many, at the start: {_quoted(observed[0])}")


def _missing(pair: Pair, expected: list[Any], observed: list[Any], few: str) -> Iterator[Fact]:
    count = len(expected) - len(observed)
    if _are_things(expected) and pair.same(_distinct(pair, expected), observed):
        yield Fact("distinct", "{has} each item only once: those that repeat were dropped")
    if pair.same(expected[:-count], observed):
        yield Fact("few end", f"{few}, at the end: {_quoted(expected[-1])} is missing")
    elif pair.same(expected[count:], observed):
        yield Fact("few start", f"{few}, at the start: {_quoted(expected[0])} is missing")
    elif count == 1:
        place = next(at for at, both in enumerate(zip(expected, observed, strict=False)) if not pair.same(*both))
        if pair.same(expected[:place] + expected[place + 1 :], observed):
            yield Fact("few inside", f"{few}: {_quoted(expected[place])} is missing")


def _are_things(items: list[Any]) -> bool:
    """Numbers may be equal by chance: that they repeat says nothing."""
    return not any(isinstance(item, int | float) for item in items)


def _distinct(pair: Pair, items: list[Any]) -> list[Any]:
    kept: list[Any] = []
    for item in items:
        if not any(pair.same(item, other) for other in kept):
            kept.append(item)
    return kept


@in_each_case
def list_order(pair: Pair) -> Iterator[Fact]:
    """The right items in another order."""
    expected, observed = _lists(pair) or ([], [])
    if not expected or len(expected) != len(observed) or pair.same(expected, observed):
        return
    pairs = all(isinstance(item, tuple) and len(item) == 2 for item in expected)
    if pairs and pair.same([item[::-1] for item in expected], observed):
        yield Fact("pairs", "each pair in {name} is the wrong way round")
    telling = len(_distinct(pair, expected)) > 2 or not isinstance(expected[0], int | float)
    for name, order in _orders(expected):
        if pair.same(order, observed):
            yield Fact(name, f"{{has}} the right items in another order: {name}", 1 if telling else 0.5)
    if _is_permutation(pair, expected, observed):
        yield Fact("order", "{has} the right items in another order", float(telling))


def _orders(items: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    yield ("the two are exchanged" if len(items) == 2 else "reversed"), items[::-1]
    if len(items) > 2:
        if len({type(item) for item in items}) == 1 and isinstance(items[0], str | int | float):
            yield "sorted", sorted(items)
            yield "sorted, the largest first", sorted(items, reverse=True)
        yield "the last item moved to the start", items[-1:] + items[:-1]
        yield "the first item moved to the end", items[1:] + items[:1]


def _is_permutation(pair: Pair, expected: list[Any], observed: list[Any]) -> bool:
    left = list(observed)
    for item in expected:
        place = next((at for at, other in enumerate(left) if pair.same(item, other)), None)
        if place is None:
            return False
        del left[place]
    return True


@in_each_case
def members(pair: Pair) -> Iterator[Fact]:
    """A set with other members."""
    expected, observed = pair.expected, pair.observed
    if isinstance(expected, frozenset) and isinstance(observed, frozenset) and expected != observed:
        if observed and observed < expected:
            lost = _listed(sorted(expected - observed, key=repr))
            yield Fact("less", f"{{name}} lacks {lost}; the other members are right")
        if expected and expected < observed:
            more = _listed(sorted(observed - expected, key=repr))
            yield Fact("more", f"{{has}} members that do not belong to it: {more}")
