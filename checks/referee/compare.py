"""Is an observation the expected one? Exact type, shape and dtype, then values within a tolerance."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..protocol.codec import Named, Opaque, Raised

# Relative to the expected value or, if that is smaller, to 1: what another order of the same additions may change.
TOLERANCES = {
    torch.float64: 1e-6,
    torch.float32: 1e-5,
    torch.float16: 4e-3,
    torch.bfloat16: 3e-2,
}
SHOWN = 6  # numbers of a tensor
PYTHON_FLOAT = 1e-5  # it was computed from float32 tensors


@dataclass(frozen=True)
class Difference:
    """How far two parts of an observation are from each other, in words for the learner.

    Attributes:
        where: Which part of the observation; empty for the whole.
        problem: One sentence.
        expected: How the expected part looks.
        observed: How the learner's part looks.
        distance: In tolerances: up to 1 is equal. Infinite if type, shape or dtype differ.
    """

    where: str
    problem: str
    expected: str
    observed: str
    distance: float = math.inf


def difference(expected: Any, observed: Any, slack: float = 1.0) -> Difference | None:
    """Find the first part in which two observations differ.

    Args:
        expected: The reference's.
        observed: The learner's.
        slack: Multiple of the usual tolerance.
    """
    return next((found for found in compare(expected, observed) if found.distance > slack), None)


def distance(expected: Any, observed: Any) -> float:
    """Measure how far two observations are from each other, in tolerances."""
    return max((found.distance for found in compare(expected, observed)), default=0.0)


def compare(expected: Any, observed: Any, where: str = "") -> Iterator[Difference]:
    """Go through two observations side by side; yields what is not exactly equal."""
    problem = _type_problem(expected, observed)
    if problem:
        yield Difference(where, problem, describe(expected), describe(observed))
    elif isinstance(expected, Tensor):
        yield from _compare_tensors(expected, observed, where)
    elif isinstance(expected, list | tuple):
        if len(expected) != len(observed):
            problem = f"expected {len(expected)} items, got {len(observed)}"
            yield Difference(where, problem, describe(expected), describe(observed))
        for index, (wanted, given) in enumerate(zip(expected, observed, strict=False)):
            yield from compare(wanted, given, f"{where}[{index}]")
    elif isinstance(expected, dict):
        yield from _compare_keys(expected, observed, where)
    elif isinstance(expected, Named):
        yield from _compare_keys(expected.fields, observed.fields, where)
    elif isinstance(expected, Raised):
        if expected.type != observed.type:
            yield Difference(where, "another kind of error", describe(expected), describe(observed))
    elif isinstance(expected, float):
        error = _relative_error(expected, _as_float(observed)) / PYTHON_FLOAT
        if error:
            yield Difference(where, "the value differs", describe(expected), describe(observed), error)
    elif expected != observed:
        yield Difference(where, "the value differs", describe(expected), describe(observed))


def _compare_keys(expected: dict[Any, Any], observed: dict[Any, Any], where: str) -> Iterator[Difference]:
    missing = [key for key in expected if key not in observed]
    extra = [key for key in observed if key not in expected]
    if missing or extra:
        problem = f"missing: {_listing(missing)}" if missing else f"not asked for: {_listing(extra)}"
        yield Difference(where, problem, _listing(list(expected)), _listing(list(observed)))
    for key in expected:
        if key in observed:
            name = key if isinstance(key, str) else repr(key)
            yield from compare(expected[key], observed[key], f"{where} → {name}" if where else name)


def _type_problem(expected: Any, observed: Any) -> str:
    if isinstance(expected, float) and type(observed) in (int, float):
        return ""
    if type(expected) is type(observed):
        if isinstance(expected, Named | Opaque) and expected.type != observed.type:
            return f"expected a {expected.type}, got a {observed.type}"
        return ""
    if isinstance(observed, Raised):
        return f"{observed.type}: {observed.message}"
    missing_return = ": is a `return` missing?" if observed is None else ""
    return f"expected {_type_name(expected)}, got {_type_name(observed)}{missing_return}"


def _compare_tensors(expected: Tensor, observed: Tensor, where: str) -> Iterator[Difference]:
    texts = (describe(expected), describe(observed))
    if expected.shape != observed.shape:
        yield Difference(where, f"expected shape {_shape(expected)}, got {_shape(observed)}", *texts)
    elif expected.dtype != observed.dtype:
        yield Difference(where, f"expected {_dtype(expected)}, got {_dtype(observed)}", *texts)
    elif expected.numel():
        errors = _tensor_errors(expected, observed)
        worst = int(errors.argmax())
        if errors[worst] > 0:
            position = [int(index) for index in torch.unravel_index(torch.tensor(worst), expected.shape)]
            wanted, given = expected.flatten()[worst].item(), observed.flatten()[worst].item()
            place = f"the largest difference is at {position}: " if position else ""
            problem = f"{place}expected {_number(wanted)}, got {_number(given)}"
            yield Difference(where, problem, *_around(worst, expected, observed), float(errors[worst]))


def _around(worst: int, expected: Tensor, observed: Tensor) -> tuple[str, str]:
    """Describe two tensors of the same shape by their numbers around the one that differs most."""
    start = min(max(0, worst - SHOWN // 2), max(0, expected.numel() - SHOWN))
    return describe(expected, start), describe(observed, start)


def _tensor_errors(expected: Tensor, observed: Tensor) -> Tensor:
    """Give each value's error in tolerances; not-a-number equals only itself."""
    tolerance = TOLERANCES.get(expected.dtype)
    wanted, given = expected.double().flatten(), observed.double().flatten()
    errors = (wanted - given).abs() / wanted.abs().clamp(min=1) / (tolerance or 1)
    same = (wanted == given) | (wanted.isnan() & given.isnan())
    errors = errors.masked_fill(errors.isnan(), math.inf).masked_fill(same, 0)
    return errors if tolerance else errors.masked_fill(~same, math.inf)


def _as_float(value: float) -> float:
    """Give a number as a float; a whole number that is too large for one as infinity."""
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _relative_error(expected: float, observed: float) -> float:
    if expected == observed or (math.isnan(expected) and math.isnan(observed)):
        return 0.0
    error = abs(expected - observed) / max(1.0, abs(expected))
    return math.inf if math.isnan(error) else error


def describe(value: Any, start: int = 0) -> str:
    """Say in a line how an observation looks: for a tensor dtype, shape and some values, from a position on."""
    if isinstance(value, Tensor):
        numbers = [_number(number) for number in value.flatten()[start : start + SHOWN].tolist()]
        before, after = "…, " if start else "", ", …" if value.numel() > start + SHOWN else ""
        return f"{_dtype(value)} {_shape(value)}  {before}{', '.join(numbers)}{after}"
    if isinstance(value, Named):
        return _shorten(f"{value.type}({', '.join(value.fields)})")
    if isinstance(value, Opaque):
        return _shorten(f"{value.type}: {value.text}")
    if isinstance(value, Raised):
        return _shorten(f"{value.type}: {value.message}")
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, dict):
        return _shorten("{" + ", ".join(f"{key!r}: {describe(item)}" for key, item in value.items()) + "}")
    if isinstance(value, list | tuple):
        inside = ", ".join(describe(item) for item in value[:8]) + (", …" if len(value) > 8 else "")
        return _shorten(f"[{inside}]" if isinstance(value, list) else f"({inside})")
    return _shorten(repr(value))


def _type_name(value: Any) -> str:
    if isinstance(value, Named | Opaque | Raised):
        return f"a {value.type}"
    names = {Tensor: "a tensor", type(None): "None", int: "an int"}
    return names.get(type(value), f"a {type(value).__name__}")


def _number(value: float) -> str:
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def _shape(tensor: Tensor) -> str:
    return str(tuple(tensor.shape))


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _listing(keys: list[Any]) -> str:
    return _shorten(", ".join(map(str, keys)))


def _shorten(text: str, most: int = 160) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
