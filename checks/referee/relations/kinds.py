"""The right value in another type, or the way to it instead of it."""

import re
from collections.abc import Iterator
from typing import Any

from torch import Tensor

from ...protocol.codec import Named, Opaque
from .pairs import Fact, Pair, in_each_case

ITERATORS = re.compile(r"generator|map|filter|zip|enumerate|reversed|islice|chain|\w+_iterator|dict_\w+|range")
CALLABLES = ("function", "method", "builtin_function_or_method", "method-wrapper", "functools.partial")
DTYPE = "torch."


def missing(pair: Pair) -> Iterator[Fact]:
    """Nothing came back at all."""
    if pair.whole and pair.observed is None and pair.expected is not None:
        yield Fact("none", "None came back: a `return` is missing")


def unfinished(pair: Pair) -> Iterator[Fact]:
    """Something that has yet to be gone through, or called."""
    if not isinstance(pair.observed, Opaque) or isinstance(pair.expected, Opaque):
        return
    kind = pair.observed.type.rpartition(".")[2]
    wanted = _type_name(pair.expected)
    if kind == "generator":
        yield Fact(kind, f"{{is}} a generator instead of {wanted}: nothing has been computed before it is gone through")
    elif kind == "coroutine":
        yield Fact(kind, f"{{is}} a coroutine instead of {wanted}: an `async` stands before the function")
    elif ITERATORS.fullmatch(kind):
        yield Fact(kind, f"{{is}} a `{kind}` instead of {wanted}: what it goes through was not collected")
    elif pair.observed.type.startswith("torch.return_types."):
        yield Fact("places", f"{{is}} all that `{kind}` gives along a dimension: the values alone were asked for")
    elif pair.observed.type in CALLABLES:
        yield Fact("callable", f"{{is}} a function instead of {wanted}: a call lacks its `()`")
    elif pair.observed.type == "type":
        yield Fact("class", f"{{is}} a class instead of {wanted}: no object was made of it")


def foreign(pair: Pair) -> Iterator[Fact]:
    """NumPy's types for Python's or torch's."""
    if isinstance(pair.observed, Opaque) and pair.observed.type.startswith("numpy."):
        if pair.observed.type == "numpy.ndarray":
            cure = (
                ": `torch.from_numpy(…)` is missing"
                if isinstance(pair.expected, Tensor)
                else ": `.tolist()` is missing"
            )
            cure = cure if isinstance(pair.expected, Tensor | list) else ""
            yield Fact("array", f"{{is}} a NumPy array instead of {_type_name(pair.expected)}{cure}")
        elif isinstance(pair.expected, int | float):
            kind = pair.observed.type.removeprefix("numpy.")
            yield Fact("scalar", f"{{is}} NumPy's {kind} instead of {_type_name(pair.expected)}: `.item()` is missing")


def precision(pair: Pair) -> Iterator[Fact]:
    """The right values in another dtype."""
    expected, observed = pair.expected, pair.observed
    if isinstance(expected, Tensor) and isinstance(observed, Tensor) and expected.dtype != observed.dtype:
        names = str(observed.dtype).removeprefix(DTYPE), str(expected.dtype).removeprefix(DTYPE)
        if pair.alike and expected.numel() and pair.close(*pair.alike):
            yield Fact("dtype", f"{{has}} the right values, but in {names[0]} instead of {names[1]}")


def packaged(pair: Pair) -> Iterator[Fact]:
    """The right numbers in a tensor, a list or alone."""
    expected, observed = pair.expected, pair.observed
    if isinstance(expected, Tensor) == isinstance(observed, Tensor):
        return
    numbers = pair.numbers
    if numbers is None or numbers[0].numel() != numbers[1].numel() or not numbers[0].numel():
        return
    if not pair.close(numbers[0].flatten(), numbers[1].flatten()):
        return
    if isinstance(observed, Tensor) and not isinstance(expected, list | tuple):
        yield Fact("tensor", "{is} a tensor of one number instead of a plain number: `.item()` is missing")
    elif isinstance(observed, Tensor):
        yield Fact("tensor", f"{{is}} a tensor instead of {_type_name(expected)}: `.tolist()` is missing")
    elif isinstance(observed, list | tuple):
        yield Fact("list", f"{{is}} {_type_name(observed)} of the right numbers instead of a tensor")
    else:
        yield Fact("number", "{is} a plain number instead of a tensor: the value is right")


def written(pair: Pair) -> Iterator[Fact]:
    """A number as text, as a truth value, as a whole number, and the reverse."""
    expected, observed = pair.expected, pair.observed
    kinds = type(expected), type(observed)
    if kinds[0] is kinds[1] or not set(kinds) <= {int, float, bool, str}:
        return
    if str in kinds:
        if str(expected) == str(observed) or _number_in(expected) == _number_in(observed) is not None:
            text = "text" if kinds[1] is str else _type_name(observed)
            yield Fact("text", f"{{is}} {text} instead of {_type_name(expected)}: {observed!r} instead of {expected!r}")
    elif expected == observed:
        yield Fact(
            "number", f"{{is}} {_type_name(observed)} instead of {_type_name(expected)}: {observed!r} for {expected!r}"
        )


def _number_in(value: Any) -> float | None:
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def contained(pair: Pair) -> Iterator[Fact]:
    """The right items in another container."""
    expected, observed = pair.expected, pair.observed
    if type(expected) is type(observed) and getattr(expected, "type", "") == getattr(observed, "type", ""):
        return
    items = [_items(value) for value in (expected, observed)]
    if items[0] is None or items[1] is None or len(items[0]) != len(items[1]):
        return
    sets = isinstance(expected, frozenset) or isinstance(observed, frozenset)
    right, given = [sorted(each, key=repr) if sets else each for each in items if each is not None]
    if pair.same(right, given):
        yield Fact(
            "container",
            f"{{has}} the right content, but {{is}} {_type_name(observed)} instead of {_type_name(expected)}",
        )


def wrapped(pair: Pair) -> Iterator[Fact]:
    """The right one with something around or beside it."""
    expected, observed = pair.expected, pair.observed
    given = _items(observed)
    if given and pair.same(expected, given[0]):
        if len(given) == 1 and isinstance(observed, tuple):
            yield Fact("wrapped", "{is} inside a tuple of one: a comma stands where none belongs")
        elif len(given) == 1:
            yield Fact("wrapped", f"{{is}} inside {_type_name(observed)} of one")
        elif type(expected) is not type(observed):
            text = f"{{is}} the first of {len(given)} things that came back: the others were not asked for"
            yield Fact("first", text)
    wanted = _items(expected)
    if wanted and len(wanted) > 1 and type(expected) is not type(observed):
        for place, part in {"first": wanted[0], "last": wanted[-1]}.items():
            if pair.same(part, observed) and not pair.same(wanted[0], wanted[-1]):
                yield Fact(f"only {place}", f"only the {place} of the {len(wanted)} parts of {{name}} came back")


def _items(value: Any) -> list[Any] | None:
    if isinstance(value, Named):
        return list(value.fields.values())
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple | frozenset) else None


def own_object(pair: Pair) -> Iterator[Fact]:
    """What went in came back, perhaps changed."""
    if pair.whole and pair.returned and not pair.same(pair.expected, pair.inputs.get(pair.returned)):
        changed = ", after it was changed in place" if pair.returned in pair.changed else ", as it was"
        yield Fact(f"own {pair.returned}", f"{pair.returned} itself came back{changed}")


def changed_inputs(pair: Pair) -> Iterator[Fact]:
    """The caller's own objects were changed."""
    for name in pair.changed:
        yield Fact(
            f"changed {name}", f"the code changed {name} in place: the caller's own object is no longer what it was"
        )


def _type_name(value: Any) -> str:
    if isinstance(value, Named | Opaque):
        return f"a {value.type}"
    names = {bool: "a truth value", int: "a whole number", float: "a number", str: "text", type(None): "None"}
    names |= {Tensor: "a tensor", frozenset: "a set", dict: "a dictionary"}
    return names.get(type(value)) or f"a {type(value).__name__}"


MISSING, UNFINISHED, FOREIGN = in_each_case(missing), in_each_case(unfinished), in_each_case(foreign)
PRECISION, PACKAGED, WRITTEN = in_each_case(precision), in_each_case(packaged), in_each_case(written)
CONTAINED, WRAPPED = in_each_case(contained), in_each_case(wrapped)
OWN_OBJECT, CHANGED_INPUTS = in_each_case(own_object), in_each_case(changed_inputs)
