"""The right numbers times one factor, plus one constant; what a factor is, the inputs tell."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .pairs import Fact, Pair, in_each_case, number, weigh
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
LEAST_FACTOR = 1e-3  # a smaller one leaves nothing of the right numbers


@dataclass(frozen=True)
class Quantity:
    """A number that can be read off the inputs; one for each row, if it is a tensor."""

    name: str
    value: float | Tensor


Fits = Iterator[tuple[str, tuple[str, str]]]  # what must be the same in all cases; the factor, and what it is


def scaled(pairs: Sequence[Pair]) -> str | None:
    """Times one factor that has a name; a plain constant comes first, for what equals 2 may be many things."""
    if any(pair.alike is None for pair in pairs) or evidence(pairs) < 1:
        return None
    for find in (_constants, _row_ratios, _quantities):
        first, *others = [dict(find(pair)) for pair in pairs]
        found = [first[kind] for kind in first if all(kind in other for other in others)]
        if found:
            names = [words for _, words in found if words]
            told = " (or ".join(names) + ")" * (len(names) - 1) if len(names) <= MOST_NAMES else ""
            return f"{{is}} {{right}} times {found[0][0]}" + (f": {told}" if told else "")
    return None


def _constants(pair: Pair) -> Fits:
    for name, (value, words) in CONSTANTS.items():
        yield from _factor(pair, f"times {name}", value, words and f"multiplied by {words}")
        yield from _factor(pair, f"by {name}", 1 / value, words and f"divided by {words}")


def _row_ratios(pair: Pair) -> Fits:
    """Each row by the length with padding instead of its real tokens, and the like: too special to be by chance."""
    quantities = name_quantities(pair)
    real = next((one for one in quantities if one.name == REAL), None)
    for other in quantities if real else ():
        if real and other is not real:
            factor = real.value / other.value
            row = _telling_row(factor)
            words = f"divided by {_shown(other.value, row)}, {other.name}, instead of {_shown(real.value, row)}, {REAL}"
            yield from _factor(pair, other.name, factor, words)


def _quantities(pair: Pair) -> Fits:
    for one in name_quantities(pair):
        meaning = ", as where a sum is not divided by it" if one.name in (LENGTH, REAL, BATCH) else ""
        named = f"{_shown(one.value)}, {one.name}"
        yield from _factor(pair, f"times {one.name}", one.value, f"multiplied by {named}{meaning}")
        yield from _factor(pair, f"by {one.name}", 1 / one.value, f"divided by {named}")


def _factor(pair: Pair, kind: str, factor: float | Tensor, words: str) -> Fits:
    expected, observed = pair.alike or (torch.empty(0), torch.empty(0))
    shown = _shown(factor)
    if isinstance(factor, Tensor):
        if not expected.dim() or len(expected) != len(factor) or not bool(factor.isfinite().all()):
            return
        row = _telling_row(factor)
        place = f" in row {row + 1} of {len(factor)}" if bool((factor != factor[0]).any()) else ""
        shown = _shown(factor, row) + place
        factor = factor.reshape(-1, *[1] * (expected.dim() - 1))
    if pair.close(expected * factor, observed) and not pair.close(expected, observed):
        yield kind, (shown, words)


def _telling_row(factor: float | Tensor) -> int:
    return int((factor != 1).int().argmax()) if isinstance(factor, Tensor) else 0


def _shown(value: float | Tensor, row: int = 0) -> str:
    return number(float(value[row]) if isinstance(value, Tensor) else value)


def name_quantities(pair: Pair) -> list[Quantity]:
    """Read off the inputs by what something may have been multiplied or divided."""
    mask = find_mask(pair)
    found = _mask_quantities(mask) if mask is not None else []
    for name, given in pair.inputs.items():
        if given is not mask:
            found += _input_quantities(name, given, mask)
    return list({quantity.name: quantity for quantity in reversed(found)}.values())[::-1]


def _mask_quantities(mask: Tensor) -> list[Quantity]:
    real = mask.double().sum(1)
    return [
        Quantity(LENGTH, float(mask.shape[1])),
        Quantity(REAL, real),
        Quantity("one more than there are real tokens", real + 1),
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


def linear(pairs: Sequence[Pair]) -> str | None:
    """Times any factor, plus any constant, the same in all cases: more numbers must agree than it takes to find it."""
    numbers = [pair.alike for pair in pairs if pair.alike and pair.alike[0].numel() and not pair.close(*pair.alike)]
    if len(numbers) < len(pairs):
        return None
    known = evidence(pairs)
    one_apart = all(type(pair.expected) is int for pair in pairs)
    right, given = (torch.cat([both[side].flatten() for both in numbers]) for side in (0, 1))
    for needed, factor, shift in _fits(right, given):
        fits = all(pair.close(both[0] * factor + shift, both[1]) for pair, both in zip(pairs, numbers, strict=True))
        if fits and one_apart and factor == 1 and abs(shift) == 1:
            return f"{{is}} one {'more' if shift > 0 else 'less'} than it should be"
        if fits and known >= needed:
            return _told(factor, shift)
    return None


def _fits(expected: Tensor, observed: Tensor) -> Iterator[tuple[int, float, float]]:
    """Suggest factors and constants, and how much must agree: one more than was fitted."""
    yield 1, -1, 0
    yield 1, -1, 1
    largest = int(expected.abs().nan_to_num(0, 0, 0).argmax())
    least, most = int(expected.argmin()), int(expected.argmax())
    slope = float((observed[most] - observed[least]) / (expected[most] - expected[least]))
    for needed, factor, shift in (
        (2, float(observed[largest] / expected[largest]), 0.0),
        (2, 1.0, float(observed[0] - expected[0])),
        (3, slope, float(observed[least] - slope * expected[least])),
    ):
        if math.isfinite(factor + shift) and abs(factor) > LEAST_FACTOR:
            yield needed, factor, shift


def _told(factor: float, shift: float) -> str:
    if factor == -1 and shift in (0, 1):
        return "{is} 1 minus {right}" if shift else "{is} {right} with the sign turned around"
    parts = [f"times {number(factor)}"] if factor != 1 else []
    parts += [f"{'plus' if shift > 0 else 'minus'} {number(abs(shift))}"] if shift else []
    return f"{{is}} {{right}} {', '.join(parts)}"


def evidence(pairs: Sequence[Pair]) -> float:
    """Count the different numbers in all cases together."""
    return weigh(pairs, [pair.evidence(*pair.alike) if pair.alike else 0 for pair in pairs])


@in_each_case
def percentage(pair: Pair) -> Iterator[Fact]:
    """A hundred times a share of 1."""
    expected, observed = pair.expected, pair.observed
    share = type(expected) is float and type(observed) in (int, float) and 0 < expected <= 1
    if share and pair.alike and pair.close(pair.alike[0] * 100, pair.alike[1]):
        values = f"{observed:.5g} instead of {expected:.5g}"
        yield Fact("percent", f"{{is}} a percentage instead of a share of 1: {values}")
