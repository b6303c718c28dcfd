"""Is an observation the expected one? Exact type, shape and dtype, then values within a tolerance."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from ..protocol.codec import Named, Opaque, Raised, Refused
from ..protocol.suite import a

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
        where: Name of the part.
        problem: What is wrong with it, without its name.
        expected: How the expected part looks, if the sentence does not say it.
        observed: How the learner's part looks.
        distance: In tolerances: up to 1 is equal. Infinite if type, shape or dtype differ.
        pair: The two parts.
    """

    where: str
    problem: str
    expected: str = ""
    observed: str = ""
    distance: float = math.inf
    pair: tuple[Any, Any] = field(default=(None, None), repr=False)

    @property
    def sentence(self) -> str:
        """Say what is wrong with what."""
        return f"{self.where}: {self.problem}" if self.where else self.problem


def difference(expected: Any, observed: Any, slack: float = 1.0, name: str = "") -> Difference | None:
    """Find the first part in which two observations differ.

    Args:
        expected: The reference's.
        observed: The learner's.
        slack: Multiple of the usual tolerance.
        name: Of the whole, in words of the exercise.
    """
    return next((found for found in compare(expected, observed, name) if found.distance > slack), None)


def distance(expected: Any, observed: Any) -> float:
    """Measure how far two observations are from each other, in tolerances."""
    return max((found.distance for found in compare(expected, observed)), default=0.0)


def compare(expected: Any, observed: Any, name: str = "") -> Iterator[Difference]:
    """Go through two observations side by side; yields what is not exactly equal.

    The keys of a dictionary that is the whole are names themselves.
    """
    if isinstance(expected, dict) and isinstance(observed, dict):
        yield from _compare_keys(expected, observed, "", name)
    else:
        yield from _compare(expected, observed, name)


def _compare(expected: Any, observed: Any, where: str) -> Iterator[Difference]:
    pair = expected, observed
    problem = _kind_problem(expected, observed)
    if problem:
        wanted = "" if isinstance(expected, Refused) else describe(expected)
        yield Difference(where, problem, wanted, "" if observed is None else describe(observed), pair=pair)
    elif isinstance(expected, Tensor):
        yield from _compare_tensors(expected, observed, where)
    elif isinstance(expected, list | tuple):
        if len(expected) != len(observed):
            problem = f"there should be {len(expected)}, but there are {len(observed)}"
            yield Difference(where, problem, describe(expected), describe(observed), pair=pair)
        for number, (wanted, given) in enumerate(zip(expected, observed, strict=False), start=1):
            yield from _compare(wanted, given, f"{where}, number {number}" if where else f"number {number}")
    elif isinstance(expected, dict):
        yield from _compare_keys(expected, observed, where)
    elif isinstance(expected, Named):
        yield from _compare_keys(expected.fields, observed.fields, where)
    elif isinstance(expected, Raised | Refused):
        yield from _compare_errors(expected, observed, where)
    elif isinstance(expected, float):
        error = _relative_error(expected, _as_float(observed)) / PYTHON_FLOAT
        if error:
            yield Difference(where, _instead(expected, observed), distance=error, pair=pair)
    elif expected != observed:
        yield Difference(where, _instead(expected, observed), pair=pair)


def _instead(expected: Any, observed: Any) -> str:
    wanted, given = describe(expected), describe(observed)
    if wanted == given:  # they differ beyond what is shown
        wanted, given = repr(expected), repr(observed)
    return f"expected {wanted}, got {given}"


def _compare_keys(
    expected: dict[Any, Any], observed: dict[Any, Any], where: str, whole: str = ""
) -> Iterator[Difference]:
    missing = [key for key in expected if key not in observed]
    extra = [key for key in observed if key not in expected]
    if missing or extra:
        problem = f"{_listing(missing)} is missing" if missing else f"{_listing(extra)} was not asked for"
        texts = _listing(list(expected)), _listing(list(observed))
        yield Difference(where or whole, problem, *texts, pair=(expected, observed))
    for key in expected:
        if key in observed:
            name = key if isinstance(key, str) else repr(key)
            yield from _compare(expected[key], observed[key], f"{where}, {name}" if where else name)


def _compare_errors(expected: Any, observed: Any, where: str) -> Iterator[Difference]:
    kinds = observed.kinds if isinstance(observed, Refused) else (observed.type,)
    if expected.type not in kinds:
        raised = f"{a(observed.type)} was raised: {observed.message}"
        yield Difference(where, f"{a(expected.type)} was expected, but {raised}", pair=(expected, observed))


def _kind_problem(expected: Any, observed: Any) -> str:
    if isinstance(expected, float) and type(observed) in (int, float):
        return ""
    if type(expected) is type(observed):
        if isinstance(expected, Named | Opaque) and expected.type != observed.type:
            return f"{a(expected.type)} was expected, got {a(observed.type)}"
        return ""
    if isinstance(observed, Raised | Refused):
        return f"{observed.type}: {observed.message}" if observed.message else f"{a(observed.type)} was raised"
    if isinstance(expected, Raised | Refused):
        return f"{a(expected.type)} was expected, but nothing was raised"
    return f"{_type_name(expected)} was expected, got {_type_name(observed)}"


def _compare_tensors(expected: Tensor, observed: Tensor, where: str) -> Iterator[Difference]:
    pair = expected, observed
    texts = (describe(expected), describe(observed))
    if expected.shape != observed.shape:
        problem = f"expected shape {_shape(expected)}, got {_shape(observed)}"
        yield Difference(where, problem, *texts, pair=pair)
    elif expected.dtype != observed.dtype:
        problem = f"expected {_dtype(expected)}, got {_dtype(observed)}{_values_too(expected, observed)}"
        yield Difference(where, problem, *texts, pair=pair)
    elif expected.numel():
        errors = tensor_errors(expected, observed)
        worst = float(errors.max())
        if worst > 0:
            yield Difference(where, _tensor_problem(expected, observed, errors), distance=worst, pair=pair)


def _values_too(expected: Tensor, observed: Tensor) -> str:
    """Say that the values are wrong as well, where another dtype is not all; in the coarser of the two."""
    if not (expected.is_floating_point() and observed.is_floating_point()):
        return ""
    dtype = max(expected.dtype, observed.dtype, key=lambda dtype: TOLERANCES.get(dtype, 0.0))
    errors = tensor_errors(expected.to(dtype), observed.to(dtype))
    count = int((errors > 1).sum())
    return f", and {count} of {expected.numel()} values are wrong" if count else ""


def _tensor_problem(expected: Tensor, observed: Tensor, errors: Tensor) -> str:
    """Say how many values are wrong, and what the first of them is."""
    wrong = errors > 1 if bool((errors > 1).any()) else errors > 0
    first = int(wrong.int().argmax())
    wanted, given = expected.flatten()[first].item(), observed.flatten()[first].item()
    values = f"expected {shown(wanted)}, got {shown(given)}"
    if not expected.dim():
        return values
    position = [int(index) for index in torch.unravel_index(torch.tensor(first), expected.shape)]
    count = int(wrong.sum())
    if expected.numel() == 1:
        return values
    verb = "is" if count == 1 else "are"
    return f"{count} of {expected.numel()} values {verb} wrong; at {position} {values}"


def tensor_errors(expected: Tensor, observed: Tensor) -> Tensor:
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
        numbers = [shown(each) for each in value.flatten()[start : start + SHOWN].tolist()]
        before, after = "…, " if start else "", ", …" if value.numel() > start + SHOWN else ""
        return f"{_dtype(value)} {_shape(value)}  {before}{', '.join(numbers)}{after}"
    if isinstance(value, Named):
        return _shorten(f"{value.type}({', '.join(value.fields)})")
    if isinstance(value, Opaque):
        return _shorten(f"{value.type}: {value.text}")
    if isinstance(value, Raised | Refused):
        return _shorten(f"{value.type}: {value.message}" if value.message else value.type)
    if isinstance(value, float):
        return shown(value)
    if isinstance(value, dict):
        return _shorten("{" + ", ".join(f"{key!r}: {describe(item)}" for key, item in value.items()) + "}")
    if isinstance(value, list | tuple):
        inside = ", ".join(describe(item) for item in value[:8]) + (", …" if len(value) > 8 else "")
        return _shorten(f"[{inside}]" if isinstance(value, list) else f"({inside})")
    return _shorten(repr(value))


def _type_name(value: Any) -> str:
    if isinstance(value, Named | Opaque | Raised | Refused):
        return a(value.type)
    return {Tensor: "a tensor", type(None): "None"}.get(type(value)) or a(type(value).__name__)


def shown(value: float) -> str:
    """Show a number with five digits."""
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def _shape(tensor: Tensor) -> str:
    return str(tuple(tensor.shape))


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _listing(keys: list[Any]) -> str:
    return _shorten(", ".join(map(str, keys)))


def _shorten(text: str, most: int = 160) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def without_numbers(text: str) -> str:
    """Give what two sentences share that tell the same with other numbers."""
    return re.sub(r"[-+]?\d+(\.\d+)?(e[-+]?\d+)?", "#", text)
