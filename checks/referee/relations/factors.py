"""The right numbers times one factor, or plus one constant; what the factor is, the inputs tell."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .pairs import Fact, Pair, in_each_case, number
from .sources import find_mask

# By what something is multiplied or divided that has nothing to do with the input, and what to say of it
CONSTANTS = {
    "2": (2.0, ""),
    "10": (10.0, ""),
    "100": (100.0, ""),
    "1000": (1000.0, ""),
    "ln 2": (math.log(2), "ln 2, as between the natural logarithm and that to base 2"),
    "ln 10": (math.log(10), "ln 10, as between the natural logarithm and that to base 10"),
}

LENGTH, REAL, BATCH = "the length with padding", "the number of real tokens", "the number of sentences"
MOST_NAMES = 2  # with more, a factor says nothing


@dataclass(frozen=True)
class Quantity:
    """A number that can be read off the inputs; one for each row, if it is a tensor."""

    name: str
    value: float | Tensor


def name_quantities(pair: Pair) -> list[Quantity]:
    """Read off the inputs, or else off the right value, by what something may have been multiplied or divided."""
    mask = find_mask(pair)
    found = _mask_quantities(mask) if mask is not None else []
    for name, given in pair.inputs.items():
        if given is not mask:
            found += _input_quantities(name, given, mask)
    known: dict[str, Quantity] = {}
    for quantity in [*found, *_shape_quantities(pair.expected)]:
        known.setdefault(quantity.name, quantity)
    return list(known.values())


def _mask_quantities(mask: Tensor) -> list[Quantity]:
    real = mask.double().sum(1)
    return [
        Quantity(LENGTH, float(mask.shape[1])),
        Quantity(REAL, real),
        Quantity("the number of real tokens of all sentences", float(real.sum())),
        Quantity(BATCH, float(len(mask))),
        Quantity("the number of all tokens, padding included", float(mask.numel())),
    ]


def _input_quantities(name: str, given: object, mask: Tensor | None) -> list[Quantity]:
    if isinstance(given, Tensor) and given.dim():
        rows = BATCH if mask is not None or given.dim() > 1 else f"the length of {name}"
        last = "the number of classes" if "logit" in name else "the number of dimensions"
        width = float(given.shape[-1])
        wide = [Quantity(last, width), Quantity(f"the root of {last}", math.sqrt(width))] if given.dim() > 1 else []
        return [Quantity(rows, float(len(given))), *wide]
    if isinstance(given, list | tuple):
        return [Quantity(f"the length of {name}", float(len(given)))]
    if isinstance(given, int | float) and not isinstance(given, bool):
        return [Quantity(name, float(given))]
    return []


def _shape_quantities(expected: object) -> list[Quantity]:
    if isinstance(expected, list | tuple):
        expected = torch.empty(len(expected))
    if not isinstance(expected, Tensor) or not expected.dim():
        return []
    last = [Quantity("the number of columns", float(expected.shape[-1]))] if expected.dim() > 1 else []
    return [Quantity("the number of rows", float(len(expected))), *last]


def scaled(pairs: Sequence[Pair]) -> str | None:
    """Times one factor, which has a name in all cases, or is the same in all."""
    try:
        return _named_factor(pairs) or _common_factor(pairs)
    except Exception:  # whatever a learner's code may send: what cannot be looked at has no relation
        return None


def _named_factor(pairs: Sequence[Pair]) -> str | None:
    """Try what has a name, simple factors first; where more than one name fits, both are told."""
    for find in (_row_factors, _single_factors, _two_factors):
        found = [dict(find(pair)) for pair in pairs]
        kinds = [kind for kind in found[0] if all(kind in other for other in found)]
        if kinds and _evidence(pairs) >= 1:
            factor = found[0][kinds[0]][0]
            names = [text for kind in kinds if (text := found[0][kind][1])]
            told = " (or ".join(names) + ")" * (len(names) - 1) if len(names) <= MOST_NAMES else ""
            return f"{{is}} {{right}} times {number(factor)}" + (f": {told}" if told else "")
    return None


Named = Iterator[tuple[str, tuple[float, str]]]  # kind to factor and words


def _row_factors(pair: Pair) -> Named:
    """Each row by the length with padding instead of its real tokens, and the like: too special to be by chance."""
    quantities = [one for one in name_quantities(pair) if isinstance(one.value, Tensor)]
    for one in quantities:
        for other in name_quantities(pair):
            if not isinstance(other.value, Tensor):
                yield from _ratio(pair, one, other)
                yield from _ratio(pair, other, one)


def _single_factors(pair: Pair) -> Named:
    for name, (value, words) in CONSTANTS.items():
        yield from _factor(pair, f"times {name}", value, words and f"multiplied by {words}")
        yield from _factor(pair, f"by {name}", 1 / value, words and f"divided by {words}")
    for one in name_quantities(pair):
        shown = _at_first(one.value)
        meaning = ", as where a sum is not divided by it" if one.name in (LENGTH, REAL, BATCH) else ""
        yield from _factor(pair, f"times {one.name}", one.value, f"multiplied by {shown}, {one.name}{meaning}")
        yield from _factor(pair, f"by {one.name}", 1 / one.value, f"divided by {shown}, {one.name}")


def _two_factors(pair: Pair) -> Named:
    quantities = name_quantities(pair)
    for one in quantities:
        for other in quantities:
            if one is not other:
                yield from _ratio(pair, one, other)


def _ratio(pair: Pair, one: Quantity, other: Quantity) -> Named:
    """Divided by one quantity instead of another."""
    row = _telling_row(one.value / other.value)
    wrong, right = _at_first(other.value, row), _at_first(one.value, row)
    words = f"divided by {wrong}, {other.name}, instead of {right}, {one.name}"
    yield from _factor(pair, f"{one.name} / {other.name}", one.value / other.value, words)


def _factor(pair: Pair, kind: str, factor: float | Tensor, words: str) -> Named:
    if pair.alike is None:
        return
    expected, observed = pair.alike
    if isinstance(factor, Tensor):
        if not expected.dim() or len(expected) != len(factor) or not bool(factor.isfinite().all()):
            return
        row = _telling_row(factor)
        if len(factor) > 1 and bool((factor != factor[0]).any()):
            words = f"in row {row + 1} of {len(factor)} {words}"
        shown = float(factor[row])
        factor = factor.reshape(-1, *[1] * (expected.dim() - 1))
    else:
        shown = factor
    if pair.close(expected * factor, observed) and not pair.close(expected, observed):
        yield kind, (shown, words)


def _telling_row(factor: float | Tensor) -> int:
    return int((factor != 1).int().argmax()) if isinstance(factor, Tensor) else 0


def _at_first(value: float | Tensor, row: int = 0) -> str:
    return number(float(value[row]) if isinstance(value, Tensor) else value)


def _common_factor(pairs: Sequence[Pair]) -> str | None:
    """A factor without a name: one number more must agree than it takes to find it."""
    factor = next((found for pair in pairs if (found := _fit(pair)) is not None), None)
    if factor is None or _evidence(pairs) < 2 or any(pair.alike and pair.close(*pair.alike) for pair in pairs):
        return None
    if all(pair.alike and pair.close(pair.alike[0] * factor, pair.alike[1]) for pair in pairs):
        return f"{{is}} {{right}} times {number(factor)}"
    return None


def _fit(pair: Pair) -> float | None:
    if pair.alike is None or not pair.alike[0].numel():
        return None
    expected, observed = (tensor.flatten() for tensor in pair.alike)
    largest = int(expected.abs().nan_to_num(0, 0, 0).argmax())
    factor = float(observed[largest] / expected[largest])
    return factor if math.isfinite(factor) and abs(factor) > 1e-4 else None


def _evidence(pairs: Sequence[Pair]) -> float:
    """Count the different numbers in all cases together; a case that repeats another proves nothing."""
    if any(pair.alike is None for pair in pairs):
        return 0
    evidence: dict[str, float] = {}
    for pair in pairs:
        if pair.alike is not None:
            evidence[str(pair.alike[0].flatten()[:6].tolist())] = pair.evidence(*pair.alike)
    return sum(evidence.values())


def percentage(pair: Pair) -> Iterator[Fact]:
    """A hundred times a share of 1."""
    expected, observed = pair.expected, pair.observed
    share = type(expected) is float and type(observed) in (int, float) and 0 < expected <= 1
    if share and pair.alike and pair.close(pair.alike[0] * 100, pair.alike[1]):
        values = f"{observed:.5g} instead of {expected:.5g}"
        yield Fact("percent", f"{{is}} a percentage instead of a share of 1: {values}")


def negated(pair: Pair) -> Iterator[Fact]:
    """All signs are wrong."""
    if pair.alike and pair.close(-pair.alike[0], pair.alike[1]):
        yield Fact("negated", "{is} {right} with the sign turned around", pair.evidence(*pair.alike))


def shifted(pairs: Sequence[Pair]) -> str | None:
    """Plus one constant, the same in all cases."""
    if any(pair.alike is None or not pair.alike[0].numel() or pair.close(*pair.alike) for pair in pairs):
        return None
    numbers = [pair.alike for pair in pairs if pair.alike is not None]
    shift = float((numbers[0][1] - numbers[0][0]).flatten()[0])
    if not math.isfinite(shift) or not all(
        pair.close(expected + shift, observed) for pair, (expected, observed) in zip(pairs, numbers, strict=True)
    ):
        return None
    if all(type(pair.expected) is int for pair in pairs) and abs(shift) == 1:
        return "{is} one more than it should be" if shift > 0 else "{is} one less than it should be"
    amount = f"plus {number(shift)}" if shift > 0 else f"minus {number(-shift)}"
    return f"{{is}} {{right}} {amount}" if shift and _evidence(pairs) >= 2 else None


def complement(pair: Pair) -> Iterator[Fact]:
    """A distance for a similarity, a share of errors for a share of hits."""
    if pair.alike and pair.close(1 - pair.alike[0], pair.alike[1]):
        yield Fact("complement", "{is} 1 minus {right}", pair.evidence(*pair.alike))


NEGATED, COMPLEMENT, PERCENTAGE = map(in_each_case, (negated, complement, percentage))
