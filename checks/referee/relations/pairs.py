"""What relations are looked for in: the wrong part of each case beside the right one."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Any

import torch
from torch import Tensor

from ..compare import PYTHON_FLOAT, TOLERANCES, describe, difference, tensor_errors

MOST_VALUES = 200_000  # of a tensor: a relation of more is not looked for
SIMPLE, COARSELY_SIMPLE = 840, 12  # a number whose multiple by this is whole may have come about in many ways
COARSE = 1e-3  # the tolerance of half precision is above it


@dataclass(frozen=True)
class Pair:
    """The wrong part of one case.

    Attributes:
        expected: The right one.
        observed: The wrong one.
        inputs: What went in, by name.
        changed: Names of inputs that were changed in place.
        returned: Name of the input whose very object came back.
        slack: Multiple of the usual tolerance.
        whole: It is all that came back.
    """

    expected: Any
    observed: Any
    inputs: dict[str, Any] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    returned: str = ""
    slack: float = 1.0
    whole: bool = True

    @cached_property
    def numbers(self) -> tuple[Tensor, Tensor] | None:
        """Both as tensors of float64, if both are numbers or hold nothing else."""
        expected, observed = _as_numbers(self.expected), _as_numbers(self.observed)
        return None if expected is None or observed is None else (expected, observed)

    @cached_property
    def alike(self) -> tuple[Tensor, Tensor] | None:
        """Both as tensors of float64, if they have one shape, and not a single value or not."""
        return self.numbers if self.numbers and self.numbers[0].shape == self.numbers[1].shape else None

    @cached_property
    def tolerance(self) -> float:
        """Relative to the larger of a value and the tensor's unit: that of the coarser type."""
        return self.slack * max(_tolerance(self.expected), _tolerance(self.observed))

    def close(self, wanted: Tensor, given: Tensor) -> bool:
        """Tell whether two tensors of float64 are the same, also where all their values are small."""
        if wanted.shape != given.shape or (wanted.numel() and self._begin_apart(wanted, given)):
            return False
        return not bool(self.wrong(wanted, given).any())

    def _begin_apart(self, wanted: Tensor, given: Tensor) -> bool:
        """Look at the first value alone: most relations fail there."""
        first = (0,) * wanted.dim()
        one, other = wanted[first].item(), given[first].item()
        return abs(one - other) > self.tolerance * max(abs(one), 1)  # false for NaN: then all is looked at

    def wrong(self, wanted: Tensor, given: Tensor) -> Tensor:
        """Tell which values are not the same, in the shape of the tensors."""
        unit = min(1.0, _largest(wanted)) or 1.0
        errors = tensor_errors(wanted / unit, given / unit) * TOLERANCES[torch.float64]
        return (errors > self.tolerance).reshape(wanted.shape)

    def same(self, wanted: Any, given: Any) -> bool:
        """Tell whether two values are the same, of type, shape and content."""
        return difference(wanted, given, self.slack) is None

    def evidence(self, *tensors: Tensor) -> float:
        """Count how many different values must agree for a relation to hold; a simple one counts half."""
        return min(self._evidence(tensor) for tensor in tensors)

    def _evidence(self, tensor: Tensor) -> float:
        finite = tensor[tensor.isfinite()].flatten()
        unit = min(1.0, _largest(finite)) or 1.0
        values = torch.unique((finite / unit / self.tolerance / 4).round()) * self.tolerance * 4 * unit
        simple = int(_is_simple(values, self.tolerance).sum())
        return len(values) - simple + (simple if len(finite) > 3 else simple - int((values == 0).any())) / 2


@dataclass(frozen=True)
class Fact:
    """How the wrong part of one case relates to the right one.

    Attributes:
        kind: What must be the same in all cases.
        sentence: In which `{is}`, `{has}`, `{name}` and `{right}` stand for the part.
        evidence: At least 1 over all cases, if it is not by chance.
    """

    kind: str
    sentence: str
    evidence: float = 1.0


Find = Callable[[Pair], Iterator[Fact]]
FindNumbers = Callable[[Pair, Tensor, Tensor], Iterator[Fact]]
Relation = Callable[[Sequence[Pair]], str | None]


def in_each_case(find: Find) -> Relation:
    """Make a relation that holds where the same kind of fact holds in each case; it is told of the smallest."""

    @wraps(find)
    def relation(pairs: Sequence[Pair]) -> str | None:
        first = _facts(find, pairs[0])
        found = [first, *(_facts(find, pair) for pair in pairs[1:] if first)]
        for kind, fact in first.items():
            if all(kind in facts for facts in found) and weigh(pairs, [facts[kind].evidence for facts in found]) >= 1:
                return fact.sentence
        return None

    return relation


def of_numbers(find: FindNumbers) -> Relation:
    """Make a relation of tensors (or lists, or plain numbers) of one shape that hold other numbers than they should."""

    @wraps(find)
    def find_in_numbers(pair: Pair) -> Iterator[Fact]:
        if pair.alike and pair.alike[0].numel() and not pair.close(*pair.alike):
            yield from find(pair, *pair.alike)

    return in_each_case(find_in_numbers)


def weigh(pairs: Sequence[Pair], evidence: Sequence[float]) -> float:
    """Add up the evidence of all cases; one that repeats another proves nothing."""
    return sum({describe(pair.expected): each for pair, each in zip(pairs, evidence, strict=True)}.values())


def _facts(find: Find, pair: Pair) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for fact in find(pair):
        facts.setdefault(fact.kind, fact)
    return facts


def number(value: float) -> str:
    """Show a number in a sentence."""
    return str(int(value)) if math.isfinite(value) and value == int(value) and abs(value) < 1e6 else f"{value:.3g}"


def _as_numbers(value: Any) -> Tensor | None:
    try:
        tensor = value if isinstance(value, Tensor) else _listed_numbers(value)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return None
    return tensor.double() if tensor is not None and tensor.numel() <= MOST_VALUES else None


def _listed_numbers(value: Any) -> Tensor | None:
    if type(value) in (int, float):
        return torch.tensor(float(value), dtype=torch.float64)
    if isinstance(value, list | tuple) and value and len(value) <= MOST_VALUES:
        rows = [_listed_numbers(item) for item in value]
        if all(row is not None and row.shape == rows[0].shape for row in rows if rows[0] is not None):
            return torch.stack(rows) if rows[0] is not None else None  # type: ignore[arg-type]
    return None


def _tolerance(value: Any) -> float:
    if isinstance(value, Tensor):
        return TOLERANCES.get(value.dtype, TOLERANCES[torch.float64])
    return PYTHON_FLOAT


def _largest(tensor: Tensor) -> float:
    finite = tensor[tensor.isfinite()]
    return float(finite.abs().max()) if finite.numel() else 0.0


def _is_simple(values: Tensor, tolerance: float) -> Tensor:
    whole = values * (SIMPLE if tolerance < COARSE else COARSELY_SIMPLE)
    return (whole - whole.round()).abs() <= tolerance * (SIMPLE if tolerance < COARSE else COARSELY_SIMPLE)
