"""The right rows of a tensor, or of a list of numbers: in another order, too few, or only some of them right."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from .pairs import Fact, Pair, in_each_case, number, of_numbers
from .sources import find_mask

MOST_ROWS = 512  # each is compared with each
FEW = 3  # rows that are listed one by one


def _rows(pair: Pair) -> tuple[Tensor, Tensor] | None:
    """Both as rows, if rows of one have the shape of rows of the other."""
    if pair.numbers is None or not pair.numbers[0].dim() or not pair.numbers[1].dim():
        return None
    expected, observed = pair.numbers
    if expected.shape[1:] != observed.shape[1:] or not len(expected) or max(len(expected), len(observed)) > MOST_ROWS:
        return None
    return expected, observed


def _word(rows: Tensor, count: int = 2) -> str:
    return ("row" if rows.dim() > 1 else "number") + ("" if count == 1 else "s")


@of_numbers
def uniform(pair: Pair, expected: Tensor, observed: Tensor) -> Iterator[Fact]:
    """Zero, one value, or no number everywhere."""
    several = observed.numel() > 1
    everywhere = " everywhere" if several else ""
    first = float(observed.flatten()[0])
    if bool(observed.isnan().all()) and not bool(expected.isnan().any()):
        yield Fact("nan", f"{{is}} not a number (NaN){everywhere}")
    elif bool(observed.isinf().all()) and not bool(expected.isinf().any()):
        yield Fact("infinite", f"{{is}} infinite{everywhere} ({number(first)})")
    elif several and bool((observed == first).all()):
        if first == 0:
            yield Fact("zero", "{is} 0 everywhere")
        elif observed.numel() > 2 and len(expected.unique()) > 1:
            yield Fact("same", f"{{is}} the same number everywhere: {number(first)}")


@of_numbers
def lost(pair: Pair, expected: Tensor, observed: Tensor) -> Iterator[Fact]:
    """Some values are no numbers, or infinite, and all others are right."""
    wrong = pair.wrong(expected, observed)
    for name, gone in {"not a number (NaN)": observed.isnan(), "infinite": observed.isinf()}.items():
        if gone.numel() > 1 and bool(gone[wrong].all()):
            right = expected[wrong]
            if bool((right == right[0]).all()):
                yield Fact(f"{name} {right[0]}", f"{{is}} {name} where {number(float(right[0]))} is right")
            yield Fact(name, f"{{is}} {name} at {int(wrong.sum())} of {gone.numel()} places; the others are right")


@of_numbers
def reordered(pair: Pair, expected: Tensor, observed: Tensor) -> Iterator[Fact]:
    """The right rows in another order, which may have a name."""
    order = _find_order(pair, expected, observed) if _rows(pair) else None
    if order is None:
        return
    strong = expected.dim() > 1 or pair.evidence(expected) >= 3
    right = f"the {_word(expected)} of {{name}} are right, but in another order"
    for name in _name_order(pair, order, expected):
        yield Fact(name, f"{right}: {name}", 1 if strong else 0.4)
    listed = ", ".join(str(place + 1) for place in order[:8].tolist()) + (", …" if len(order) > 8 else "")
    yield Fact("order", f"{right}: {listed}", 1 if strong else 0)


def _find_order(pair: Pair, expected: Tensor, observed: Tensor) -> Tensor | None:
    """Find which right row stands in each place; none, if two are alike, for they may be anywhere."""
    count = len(expected)
    wanted, given = expected.reshape(count, -1), observed.reshape(count, -1)
    if not bool(wanted.isfinite().all() & given.isfinite().all()) or wanted.numel() * count > 10**7:
        return None
    between = torch.cdist(wanted, wanted).fill_diagonal_(math.inf)
    order = torch.cdist(given, wanted).argmin(1)
    if count < 2 or float(between.min()) <= 10 * pair.tolerance or len(order.unique()) < count:
        return None
    return order if pair.close(wanted[order], given) else None


def _name_order(pair: Pair, order: Tensor, expected: Tensor) -> Iterator[str]:
    count = len(order)
    places = torch.arange(count)
    if count == 2:
        yield "the two are exchanged"
    elif torch.equal(order, places.flip(0)):
        yield "reversed"
    elif any(torch.equal(order, places.roll(shift)) for shift in (1, -1)):
        yield f"all moved by one, the {'last' if order[0] == count - 1 else 'first'} to the other end"
    keys = [(f"sorted by {name}, the ", "shortest", "longest", lengths) for name, lengths in _lengths(pair, count)]
    keys += [("sorted, the ", "smallest", "largest", expected)] if expected.dim() == 1 and count > 2 else []
    for words, least, most, key in keys:
        steps = key[order].diff()
        if bool(steps.any()) and bool((steps >= 0).all() | (steps <= 0).all()):
            yield f"{words}{least if bool((steps >= 0).all()) else most} first"


def _lengths(pair: Pair, count: int) -> Iterator[tuple[str, Tensor]]:
    mask = find_mask(pair)
    if mask is not None and len(mask) == count:
        yield "length", mask.double().sum(1)
    for given in pair.inputs.values():
        if isinstance(given, list | tuple) and len(given) == count and all(isinstance(text, str) for text in given):
            yield "length", torch.tensor([float(len(text)) for text in given])
            yield "number of words", torch.tensor([float(len(text.split())) for text in given])


@in_each_case
def counted_wrong(pair: Pair) -> Iterator[Fact]:
    """Rows that are missing or too many at one end."""
    found = _rows(pair)
    if found is None or len(found[0]) == len(found[1]):
        return
    short, long = sorted(found, key=len)
    if not len(found[1]):
        yield Fact("empty", f"{{has}} no {_word(short)} at all instead of {len(long)}")
        return
    count, what = len(long) - len(short), "too few" if short is found[1] else "too many"
    for end, part in {"end": long[: len(short)], "start": long[count:]}.items():
        if pair.close(part, short):
            sentence = f"{{has}} {count} {_word(short, count)} {what}, at the {end}; the others are right"
            yield Fact(f"{what} {end}", sentence, pair.evidence(short))


@in_each_case
def single_row(pair: Pair) -> Iterator[Fact]:
    """One of the rows instead of all, or in the place of all."""
    if pair.numbers is None or not pair.numbers[0].dim() or len(pair.numbers[0]) < 2:
        return
    expected, observed = pair.numbers
    alone = observed[0] if observed.dim() == expected.dim() and len(observed) == 1 else observed
    for name, row in {"first": expected[0], "last": expected[-1]}.items():
        if pair.close(row, alone):
            sentence = f"only the {name} of the {len(expected)} {_word(expected)} of {{name}} came back"
            yield Fact(name, sentence, pair.evidence(row))
        if pair.alike and pair.close(row.expand_as(expected), observed) and not pair.close(expected, observed):
            yield Fact(f"all {name}", f"every {_word(expected, 1)} of {{name}} is the {name} one", pair.evidence(row))
    if pair.alike and observed.dim() > 1 and _is_one(pair, observed) and not _is_one(pair, expected):
        yield Fact("alike", "{has} the same row everywhere, where the rows should differ")


def _is_one(pair: Pair, rows: Tensor) -> bool:
    """Tell whether all rows are the same."""
    return pair.close(rows[:1].expand_as(rows), rows)


@of_numbers
def partly_wrong(pair: Pair, expected: Tensor, observed: Tensor) -> Iterator[Fact]:
    """Some rows are right: where the others are, and what they hold."""
    if _rows(pair) is None:
        return
    wrong = pair.wrong(expected, observed).reshape(len(expected), -1).any(1)
    right = int((~wrong).sum())
    content = _content(observed[wrong], expected[wrong])
    holds = f"{{is}} {content or 'wrong'} only in"
    if not right and not content:
        return
    for words in _traits(pair, wrong):
        yield Fact(words, f"{holds} {words}", float(right))
    if not content and right > 1 and bool((wrong.int().diff() >= 0).all()):
        yield Fact("from on", f"{{is}} right in the first {right} {_word(expected)}, and wrong after them")
    if right:
        yield Fact(f"some {content}", f"{holds} {_listed(wrong, expected)}", 1 if content or right > FEW else 0)


def _content(rows: Tensor, right: Tensor) -> str:
    """Say what wrong rows hold, if it is one thing."""
    values = rows.flatten()
    if bool(values.isnan().all()):
        return "not a number (NaN)"
    if bool(values.isinf().all()):
        return f"infinite ({number(float(values[0]))})"
    constant = len(values) > 1 and bool((values == values[0]).all()) and bool((right != values[0]).any())
    return number(float(values[0])) if constant else ""


def _traits(pair: Pair, wrong: Tensor) -> Iterator[str]:
    """Say what sets the wrong rows apart, as far as a mask tells: what is special first."""
    mask = find_mask(pair)
    if mask is None or len(mask) != len(wrong):
        return
    real, width = mask.bool().sum(1), mask.shape[1]
    for words, rows in {
        "rows that are all padding": real == 0,
        "rows whose padding stands before a token": (mask.bool().int().diff(dim=1) > 0).any(1),
        "rows with padding": real < width,
        "rows of one token": real == 1,
        "rows without padding": real == width,
    }.items():
        if torch.equal(rows, wrong):
            yield words


def _listed(wrong: Tensor, rows: Tensor) -> str:
    places = [str(place + 1) for place in wrong.nonzero().flatten().tolist()]
    if len(places) > FEW:
        return f"{len(places)} of {len(wrong)} {_word(rows)}"
    *most, last = places
    before = f"{', '.join(most)} and " if most else ""
    return f"{_word(rows, len(places))} {before}{last} of {len(wrong)}"
