"""The right value in another type, or the way to it instead of it."""

import re
from collections.abc import Iterator
from typing import Any

from torch import Tensor

from ...protocol.codec import Named, Opaque
from .pairs import Fact, Pair, in_each_case

ITERATORS = re.compile(r"map|filter|zip|enumerate|reversed|islice|chain|\w+_iterator|dict_\w+|range")
CALLABLES = ("function", "method", "builtin_function_or_method", "method-wrapper", "functools.partial")


@in_each_case
def missing(pair: Pair) -> Iterator[Fact]:
    """Nothing came back at all."""
    if pair.whole and pair.observed is None and pair.expected is not None:
        yield Fact("none", "None came back: is a `return` missing?")


@in_each_case
def unfinished(pair: Pair) -> Iterator[Fact]:
    """Something that has yet to be gone through, called, or brought from NumPy's types to Python's or torch's."""
    if isinstance(pair.observed, Opaque) and not isinstance(pair.expected, Opaque):
        instead = f"instead of {_type_name(pair.expected)}"
        words = _name_unfinished(pair.observed.type, instead, pair.expected)
        if words:
            yield Fact(pair.observed.type, f"{{is}} {words}")


def _name_unfinished(path: str, instead: str, expected: Any) -> str:
    kind = path.rpartition(".")[2]
    if kind == "generator":
        return f"a generator {instead}: nothing has been computed before it is gone through"
    if ITERATORS.fullmatch(kind):
        return f"a `{kind}` {instead}: what it goes through was not collected"
    if path.startswith("torch.return_types."):
        return f"all that `{kind}` gives along a dimension: `.values` or `.indices` is missing"
    if path in CALLABLES:
        return f"a function {instead}: it was not called, or an `@property` is missing"
    if path == "numpy.ndarray":
        cures = {Tensor: ": `torch.from_numpy(…)` is missing", list: ": `.tolist()` is missing"}
        return f"a NumPy array {instead}{cures.get(type(expected), '')}"
    if path.startswith("numpy.") and isinstance(expected, int | float):
        return f"NumPy's {kind} {instead}: `.item()` is missing"
    return ""


@in_each_case
def precision(pair: Pair) -> Iterator[Fact]:
    """The right values in another dtype."""
    expected, observed = pair.expected, pair.observed
    if isinstance(expected, Tensor) and isinstance(observed, Tensor) and expected.dtype != observed.dtype:
        given, wanted = (str(tensor.dtype).removeprefix("torch.") for tensor in (observed, expected))
        if pair.alike and expected.numel() and pair.close(*pair.alike):
            yield Fact("dtype", f"{{has}} the right values, but in {given} instead of {wanted}")


@in_each_case
def packaged(pair: Pair) -> Iterator[Fact]:
    """The right numbers in a tensor, a list or alone."""
    expected, observed = pair.expected, pair.observed
    if isinstance(expected, Tensor) == isinstance(observed, Tensor) or not pair.numbers:
        return
    right, given = (tensor.flatten() for tensor in pair.numbers)
    if not len(right) or not pair.close(right, given):
        return
    if isinstance(observed, Tensor) and not isinstance(expected, list | tuple):
        yield Fact("tensor", "{is} a tensor of one number instead of a plain number: `.item()` is missing")
    elif isinstance(observed, Tensor):
        yield Fact("tensor", f"{{is}} a tensor instead of {_type_name(expected)}: `.tolist()` is missing")
    elif isinstance(observed, list | tuple):
        yield Fact("list", f"{{is}} {_type_name(observed)} of the right numbers instead of a tensor")
    else:
        yield Fact("number", "{is} a plain number instead of a tensor: the value is right")


@in_each_case
def contained(pair: Pair) -> Iterator[Fact]:
    """The right items in another container."""
    right, given = _items(pair.expected), _items(pair.observed)
    types = _type_name(pair.expected), _type_name(pair.observed)
    if right is not None and given is not None and types[0] != types[1]:
        if isinstance(pair.expected, frozenset) or isinstance(pair.observed, frozenset):
            right, given = sorted(right, key=repr), sorted(given, key=repr)
        if pair.same(right, given):
            yield Fact("container", f"{{has}} the right content, but {{is}} {types[1]} instead of {types[0]}")


@in_each_case
def wrapped(pair: Pair) -> Iterator[Fact]:
    """The right one with something around or beside it, or a part of it."""
    expected, observed = pair.expected, pair.observed
    wanted, given = _items(expected), _items(observed)
    if given and pair.same(expected, given[0]):
        if len(given) == 1 and isinstance(observed, tuple):
            yield Fact("wrapped", "{is} inside a tuple of one: a comma stands where none belongs")
        elif len(given) == 1:
            yield Fact("wrapped", f"{{is}} inside {_type_name(observed)} of one")
        elif isinstance(observed, tuple):
            yield Fact("first", f"{{is}} the first of {len(given)} things in a tuple: nothing else was asked for")
    if wanted and len(wanted) > 1 and isinstance(expected, tuple | Named) and not pair.same(wanted[0], wanted[-1]):
        for place, part in {"first": wanted[0], "last": wanted[-1]}.items():
            if pair.same(part, observed):
                yield Fact(f"only {place}", f"only the {place} of the {len(wanted)} parts of {{name}} came back")


def _items(value: Any) -> list[Any] | None:
    if isinstance(value, Named | dict):
        return list((value.fields if isinstance(value, Named) else value).values())
    return list(value) if isinstance(value, list | tuple | frozenset) else None


@in_each_case
def own_object(pair: Pair) -> Iterator[Fact]:
    """What went in came back, perhaps changed."""
    if pair.whole and pair.returned and not pair.same(pair.expected, pair.inputs.get(pair.returned)):
        changed = ", after it was changed in place" if pair.returned in pair.changed else ", as it was"
        yield Fact(f"own {pair.returned}", f"{pair.returned} itself came back{changed}")


@in_each_case
def changed_inputs(pair: Pair) -> Iterator[Fact]:
    """The caller's own objects were changed."""
    for name in pair.changed:
        yield Fact(name, f"the code changed {name} in place: the caller's own object is no longer what it was")


def _type_name(value: Any) -> str:
    if isinstance(value, Named | Opaque):
        return f"a {value.type}"
    names = {bool: "a truth value", int: "a whole number", float: "a number", str: "text", type(None): "None"}
    names |= {Tensor: "a tensor", frozenset: "a set", dict: "a dictionary"}
    return names.get(type(value)) or f"a {type(value).__name__}"
