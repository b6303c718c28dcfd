"""The right content of a list, a mapping, a set or a text, otherwise arranged or not all of it."""

from collections.abc import Iterator
from typing import Any

from ...protocol.codec import Named
from ..compare import describe
from .pairs import Fact, Pair, in_each_case

MOST_ITEMS = 150  # each is compared with each
LONGEST = 60  # characters of a name or text that is quoted


def _fields(value: Any) -> dict[Any, Any] | None:
    return value.fields if isinstance(value, Named) else value if isinstance(value, dict) else None


def _quoted(value: Any) -> str:
    text = describe(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def renamed(pair: Pair) -> Iterator[Fact]:
    """The right values under other keys."""
    expected, observed = _fields(pair.expected), _fields(pair.observed)
    if expected is None or observed is None:
        return
    missing = [key for key in expected if key not in observed]
    extra = [key for key in observed if key not in expected]
    if not missing or len(missing) != len(extra):
        return
    partners = _partners(pair, expected, observed, missing, extra)
    if partners:
        if all(isinstance(key, str) and not isinstance(other, str) for key, other in partners.items()):
            other = _quoted(partners[missing[0]])
            yield Fact("kind", f"the keys of {{name}} are of another type: {other} instead of {_quoted(missing[0])}")
        told = ", ".join(f"{_quoted(other)} instead of {_quoted(key)}" for key, other in list(partners.items())[:3])
        yield Fact(f"renamed {told}", f"{{has}} the right values under other names: {told}", 1)


def _partners(
    pair: Pair, expected: dict[Any, Any], observed: dict[Any, Any], missing: list[Any], extra: list[Any]
) -> dict[Any, Any]:
    """Find for each missing key another one with its value; none, if one has no partner."""
    partners: dict[Any, Any] = {}
    for key in missing:
        other = next(
            (one for one in extra if one not in partners.values() and pair.same(expected[key], observed[one])), None
        )
        if other is None:
            return {}
        partners[key] = other
    return partners


def key_set(pair: Pair) -> Iterator[Fact]:
    """Keys that are missing or that nobody asked for, beside right values."""
    expected, observed = _fields(pair.expected), _fields(pair.observed)
    if expected is None or observed is None:
        return
    missing = [key for key in expected if key not in observed]
    extra = [key for key in observed if key not in expected]
    if any(not pair.same(expected[key], observed[key]) for key in expected if key in observed):
        return
    for keys, word in ((missing, "lacks"), (extra, "also has")):
        if keys and bool(missing) != bool(extra):
            listed = ", ".join(_quoted(key) for key in keys[:5]) + (", …" if len(keys) > 5 else "")
            rest = "; all else is right" if len(expected) > len(missing) else ""
            yield Fact(f"{word} {listed}", f"{{name}} {word} {listed}{rest}")


def exchanged(pair: Pair) -> Iterator[Fact]:
    """Two values stand in each other's place."""
    expected, observed = _fields(pair.expected), _fields(pair.observed)
    positions = all(isinstance(value, tuple) and len(value) == 2 for value in (pair.expected, pair.observed))
    if positions:
        expected, observed = (dict(enumerate(value)) for value in (pair.expected, pair.observed))
    if expected is None or observed is None or set(expected) != set(observed) or len(expected) > MOST_ITEMS:
        return
    wrong = [key for key in expected if not pair.same(expected[key], observed[key])]
    if len(wrong) == 2:
        one, other = wrong
        if pair.same(expected[one], observed[other]) and pair.same(expected[other], observed[one]):
            what = "the two parts of {name}" if positions else f"{one} and {other}"
            weight = _weight(expected[one], expected[other])
            yield Fact(what, f"{what} are exchanged: each has the other's value", weight)


def _weight(one: Any, other: Any) -> float:
    """A truth value that is the other one than expected stands in nobody's place; nor do 0 and 1."""
    return 0.0 if all(value in (0, 1) for value in (one, other) if not hasattr(value, "shape")) else 1.0


def _lists(pair: Pair) -> tuple[list[Any], list[Any]] | None:
    both = pair.expected, pair.observed
    if type(both[0]) is not type(both[1]) or not isinstance(both[0], list | tuple):
        return None
    return None if max(map(len, both)) > MOST_ITEMS or not both[0] else (list(both[0]), list(both[1]))


def list_length(pair: Pair) -> Iterator[Fact]:
    """Items that are missing, repeated, or too many."""
    lists = _lists(pair)
    if lists is None or len(lists[0]) == len(lists[1]):
        return
    expected, observed = lists
    count = len(expected) - len(observed)
    if not observed:
        yield Fact("empty", f"{{is}} empty; there should be {len(expected)}")
    elif count > 0:
        yield from _too_short(pair, expected, observed, count)
    elif pair.same(expected, observed[: len(expected)]):
        yield Fact("more end", f"{{has}} {-count} too many, at the end, from {_quoted(observed[len(expected)])} on")
    elif pair.same(expected, observed[-len(expected) :]):
        yield Fact("more start", f"{{has}} {-count} too many, at the start: {_quoted(observed[0])}")
    elif pair.same(expected, _distinct(pair, observed)):
        yield Fact("duplicates", "{has} items twice: each should come once")


def _too_short(pair: Pair, expected: list[Any], observed: list[Any], count: int) -> Iterator[Fact]:
    number = "one" if count == 1 else str(count)
    if pair.same(_distinct(pair, expected), observed):
        yield Fact("distinct", "{has} each item only once: those that repeat were dropped")
    if pair.same(expected[:-count], observed):
        yield Fact("few end", f"{{has}} {number} too few, at the end: {_quoted(expected[-1])} is missing")
    elif pair.same(expected[count:], observed):
        yield Fact("few start", f"{{has}} {number} too few, at the start: {_quoted(expected[0])} is missing")
    elif all(isinstance(item, list | tuple) for item in expected):
        return
    elif count == 1 and len(observed) > 1:
        place = next(
            (at for at, (one, other) in enumerate(zip(expected, observed, strict=False)) if not pair.same(one, other)),
            0,
        )
        if pair.same(expected[:place] + expected[place + 1 :], observed):
            yield Fact("few inside", f"{{has}} one too few: {_quoted(expected[place])} is missing")


def _distinct(pair: Pair, items: list[Any]) -> list[Any]:
    kept: list[Any] = []
    for item in items:
        if not any(pair.same(item, other) for other in kept):
            kept.append(item)
    return kept


def nested(pair: Pair) -> Iterator[Fact]:
    """A list of lists for one list, or the reverse."""
    lists = _lists(pair)
    if lists is None:
        return
    for words, (inner, outer) in {
        "{is} one list for all, where a list of lists was asked for": lists,
        "{is} a list of lists, where one list for all was asked for": lists[::-1],
    }.items():
        deep = all(isinstance(item, list | tuple) for item in inner)
        flat = not any(isinstance(item, list | tuple) for item in outer)
        if deep and flat and pair.same([each for item in inner for each in item], outer):
            yield Fact(words, words, 1 if len(outer) > 1 else 0)


def list_order(pair: Pair) -> Iterator[Fact]:
    """The right items in another order."""
    lists = _lists(pair)
    if lists is None or len(lists[0]) != len(lists[1]) or pair.same(*lists):
        return
    expected, observed = lists
    pairs = all(isinstance(item, list | tuple) and len(item) == 2 for item in expected)
    if pairs and pair.same([type(item)(reversed(item)) for item in expected], observed):
        yield Fact("pairs", "each pair in {name} is the wrong way round")
    names = [name for name, order in _orders(expected) if pair.same(order, observed)]
    weight = 1 if len(_distinct(pair, expected)) > 2 or type(expected[0]) not in (int, bool) else 0.5
    for name in names:
        yield Fact(name, f"{{has}} the right items in another order: {name}", weight)
    if _is_permutation(pair, expected, observed):
        yield Fact("order", "{has} the right items in another order", weight if weight == 1 else 0)


def _orders(items: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    yield ("the two are exchanged" if len(items) == 2 else "reversed"), items[::-1]
    if len(items) > 2:
        if len({type(item) for item in items}) == 1 and isinstance(items[0], str | int | float | tuple):
            try:
                yield "sorted", sorted(items)
                yield "sorted, the largest first", sorted(items, reverse=True)
            except TypeError:
                pass
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


def partly_wrong(pair: Pair) -> Iterator[Fact]:
    """Only the first or the last item of a list of other things than numbers is wrong."""
    lists = _lists(pair)
    if lists is None or len(lists[0]) != len(lists[1]) or len(lists[0]) < 3:
        return
    wrong = [place for place, both in enumerate(zip(*lists, strict=True)) if not pair.same(*both)]
    for name, place in {"first": 0, "last": len(lists[0]) - 1}.items():
        if wrong == [place] and not isinstance(lists[0][place], dict | list | tuple | Named):
            text = f"{_quoted(lists[1][place])} instead of {_quoted(lists[0][place])}"
            yield Fact(name, f"{{is}} right but for the {name} of its {len(lists[0])} items: {text}")


def members(pair: Pair) -> Iterator[Fact]:
    """A set with other members."""
    expected, observed = pair.expected, pair.observed
    if isinstance(expected, frozenset) and isinstance(observed, frozenset) and expected != observed:
        less, more = sorted(map(_quoted, expected - observed)), sorted(map(_quoted, observed - expected))
        if not more:
            yield Fact("less", f"{{name}} lacks {', '.join(less[:4])}; the other members are right", len(observed))
        if not less:
            yield Fact("more", f"{{has}} members that do not belong to it: {', '.join(more[:4])}", len(expected))


def opposite(pair: Pair) -> Iterator[Fact]:
    """Every truth value is the other one."""
    expected, observed = pair.expected, pair.observed
    both = [_truths(value) for value in (expected, observed)]
    if both[0] and both[1] == [not each for each in both[0]]:
        varied = len(both[0]) > 3 and len(set(both[0])) > 1
        text = "{is} the opposite throughout: true where false was asked for, and the reverse"
        yield Fact("opposite", text, float(varied))


def _truths(value: Any) -> list[bool] | None:
    if hasattr(value, "dtype") and str(value.dtype) == "torch.bool":
        return [bool(each) for each in value.flatten()[:1000].tolist()]
    items = list(value.values()) if isinstance(value, dict) else value
    return list(items) if isinstance(items, list | tuple) and all(isinstance(each, bool) for each in items) else None


def spelled(pair: Pair) -> Iterator[Fact]:
    """A text that is the right one but for its form or its end."""
    expected, observed = pair.expected, pair.observed
    if type(expected) is not str or type(observed) is not str or not expected or expected == observed:
        return
    if not observed:
        yield Fact("empty", "{is} an empty text")
    elif expected.casefold() == observed.casefold():
        yield Fact("case", f"{{has}} the right letters, but in other case: {_quoted(observed)}")
    elif expected.strip() == observed.strip():
        stray = len(observed) > len(expected)
        yield Fact(
            f"space {stray}", "{has} blank space too much around it" if stray else "{has} lost blank space around it"
        )
    elif "".join(expected.split()) == "".join(observed.split()):
        yield Fact("spaces", "{has} the right letters, but other blank space between them")
    elif len(observed) > 2 and expected.startswith(observed):
        yield Fact("cut", f"{{is}} cut off: {_quoted(expected[len(observed) :])} is missing at the end")
    elif len(observed) > 2 and expected.endswith(observed):
        yield Fact("begin", f"{{is}} without its start: {_quoted(expected[: -len(observed)])} is missing")
    elif len(expected) > 2 and observed.startswith(expected):
        yield Fact("longer", f"{{has}} something too much at its end: {_quoted(observed[len(expected) :])}")
    elif len(expected) > 2 and observed.endswith(expected):
        yield Fact("before", f"{{has}} something too much at its start: {_quoted(observed[: -len(expected)])}")
    elif observed in (f"'{expected}'", f'"{expected}"'):
        yield Fact("quotes", "{has} quotes around it that do not belong there")


RENAMED, KEY_SET, EXCHANGED, MEMBERS = map(in_each_case, (renamed, key_set, exchanged, members))
LIST_LENGTH, NESTED, LIST_ORDER, PARTLY_WRONG = map(in_each_case, (list_length, nested, list_order, partly_wrong))
OPPOSITE, SPELLED = in_each_case(opposite), in_each_case(spelled)
