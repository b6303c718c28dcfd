"""The right rows of a tensor, or of a list of numbers: in another order, too few, or only some of them right."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from .pairs import Fact, Pair, in_each_case, number
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
    word = "row" if rows.dim() > 1 else "number"
    return word if count == 1 else f"{word}s"


def uniform(pair: Pair) -> Iterator[Fact]:
    """Zero, one value, or no number everywhere."""
    if pair.alike is None or not pair.alike[0].numel():
        return
    expected, observed = (tensor.flatten() for tensor in pair.alike)
    single = len(observed) == 1
    everywhere = "" if single else " everywhere"
    if bool(observed.isnan().all()) and not bool(expected.isnan().any()):
        yield Fact("nan", f"{{is}} not a number (NaN){everywhere}")
    elif bool(observed.isinf().all()) and not bool(expected.isinf().any()):
        yield Fact("infinite", f"{{is}} infinite{everywhere} ({number(float(observed[0]))})")
    elif not bool(observed.any()) and bool(expected.any()) and not single:
        yield Fact("zero", "{is} 0 everywhere", 1)
    elif not single and bool((observed == observed[0]).all()) and len(expected.unique()) > 1:
        yield Fact("same", f"{{is}} the same number everywhere: {number(float(observed[0]))}")


def lost(pair: Pair) -> Iterator[Fact]:
    """Some values are no numbers, or infinite, and all others are right."""
    if pair.alike is None:
        return
    expected, observed = pair.alike
    for name, gone in {"not a number (NaN)": observed.isnan(), "infinite": observed.isinf()}.items():
        wrong = pair.wrong(expected, observed)
        if 1 < len(gone.flatten()) > int(gone.sum()) > 0 and torch.equal(wrong, gone & wrong):
            where = expected[gone & wrong]
            if bool((where == where[0]).all()):
                yield Fact(f"{name} {where[0]}", f"{{is}} {name} where {number(float(where[0]))} is right")
            yield Fact(name, f"{{is}} {name} at {int(gone.sum())} of {gone.numel()} places; the others are right")


def reordered(pair: Pair) -> Iterator[Fact]:
    """The right rows in another order, which may have a name."""
    found = _rows(pair)
    if found is None or len(found[0]) != len(found[1]) or pair.close(*found):
        return
    expected, observed = found
    order = _order(pair, expected, observed)
    if order is None:
        return
    strong = expected.dim() > 1 or pair.evidence(expected) >= 3
    word = _word(expected)
    for name in _name_order(pair, order, expected):
        yield Fact(name, f"the {word} of {{name}} are right, but in another order: {name}", 1 if strong else 0.4)
    text = ", ".join(str(place + 1) for place in order[:8].tolist()) + (", …" if len(order) > 8 else "")
    yield Fact("order", f"the {word} of {{name}} are right, but in another order: {text}", 1 if strong else 0)


def _order(pair: Pair, expected: Tensor, observed: Tensor) -> Tensor | None:
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
    for name, lengths in _lengths(pair, count):
        if len(lengths.unique()) > 1:
            for words, turned in (
                (f"sorted by {name}, the shortest first", lengths),
                (f"sorted by {name}, the longest first", -lengths),
            ):
                if bool((turned[order].diff() >= 0).all()):
                    yield words
    if expected.dim() == 1 and count > 2:
        for words, step in (("sorted, the smallest first", 1), ("sorted, the largest first", -1)):
            if bool((expected[order].diff() * step >= 0).all()):
                yield words


def _lengths(pair: Pair, count: int) -> Iterator[tuple[str, Tensor]]:
    mask = find_mask(pair)
    if mask is not None and len(mask) == count:
        yield "length", mask.double().sum(1)
    for given in pair.inputs.values():
        if isinstance(given, list | tuple) and len(given) == count and all(isinstance(text, str) for text in given):
            yield "length", torch.tensor([float(len(text)) for text in given])
            yield "number of words", torch.tensor([float(len(text.split())) for text in given])


def counted_wrong(pair: Pair) -> Iterator[Fact]:
    """Rows that are missing or too many at one end."""
    found = _rows(pair)
    if found is None or len(found[0]) == len(found[1]):
        return
    expected, observed = found
    few, (short, long) = len(observed) < len(expected), sorted(found, key=len)
    count = len(long) - len(short)
    word = _word(expected, count)
    if not len(observed):
        yield Fact("empty", f"{{has}} no {_word(expected)} at all instead of {len(expected)}")
        return
    ends = {"end": long[: len(short)], "start": long[count:]}
    for end, part in ends.items():
        if pair.close(part, short) or pair.close(short, part):
            if few and len(short) == 1:
                kept = "first" if end == "end" else "last"
                yield Fact(f"only {end}", f"only the {kept} of {len(expected)} {_word(expected)} of {{name}} came back")
            what = "too few" if few else "too many"
            kind = f"{what} {end} {count if few else ''}"
            yield Fact(kind, f"{{has}} {count} {word} {what}, at the {end}; the others are right", pair.evidence(short))
            yield Fact(
                f"{what} {end}",
                f"{{has}} {count} {word} {what}, at the {end}; the others are right",
                pair.evidence(short),
            )


def single_row(pair: Pair) -> Iterator[Fact]:
    """One of the rows instead of all, or in the place of all."""
    if pair.numbers is None or not pair.numbers[0].dim() or len(pair.numbers[0]) < 2:
        return
    expected, observed = pair.numbers
    for name, row in {"first": expected[0], "last": expected[-1]}.items():
        if pair.close(row, observed):
            yield Fact(
                name,
                f"only the {name} of the {len(expected)} {_word(expected)} of {{name}} came back",
                pair.evidence(row),
            )
        if pair.alike and pair.close(row.expand_as(expected), observed) and not pair.close(expected, observed):
            yield Fact(f"all {name}", f"every {_word(expected, 1)} of {{name}} is the {name} one", pair.evidence(row))
    if pair.alike and observed.dim() > 1 and _is_one(pair, observed) and not _is_one(pair, expected):
        yield Fact("alike", "{has} the same row everywhere, where the rows should differ")


def _is_one(pair: Pair, rows: Tensor) -> bool:
    """Tell whether all rows are the same."""
    return pair.close(rows[:1].expand_as(rows), rows)


def partly_wrong(pair: Pair) -> Iterator[Fact]:
    """Some rows are right: where the others are, and what they hold."""
    found = _rows(pair)
    if found is None or len(found[0]) != len(found[1]) or len(found[0]) < 1:
        return
    expected, observed = found
    wrong = pair.wrong(expected, observed).reshape(len(expected), -1).any(1)
    right = int((~wrong).sum())
    content = _content(observed[wrong], expected[wrong])
    if not bool(wrong.any()) or (not right and not content):
        return
    holds = f"{{is}} {content}" if content else "{is} wrong"
    for words in _traits(pair, wrong):
        yield Fact(f"{words} {content}", f"{holds} only in {words}", float(right))
    if right:
        words = _listed(wrong, _word(expected))
        yield Fact(f"some {content}", f"{holds} only in {words}", 1 if content else 0)
        if not content and right > 1 and bool((wrong.int().diff() >= 0).all()):
            yield Fact("from on", f"{{is}} right in the first {right} {_word(expected)}, and wrong after them")


def _content(rows: Tensor, right: Tensor) -> str:
    """Say what wrong rows hold, if it is one thing."""
    if bool(rows.isnan().all()):
        return "not a number (NaN)"
    if bool(rows.isinf().all()):
        return f"infinite ({number(float(rows.flatten()[0]))})"
    return "0" if not bool(rows.any()) and bool(right.any()) else ""


def _traits(pair: Pair, wrong: Tensor) -> Iterator[str]:
    """Say what sets the wrong rows apart, as far as a mask tells."""
    mask = find_mask(pair)
    if mask is None or len(mask) != len(wrong):
        return
    real, width = mask.bool().sum(1), mask.shape[1]
    gap = (mask.bool().int().diff(dim=1) > 0).any(1)
    for words, rows in {
        "rows that are all padding": real == 0,
        "rows with padding": real < width,
        "rows of one token": real == 1,
        "rows without padding": real == width,
        "the longest rows": real == real.max(),
        "rows whose padding stands before a token": gap,
    }.items():
        if torch.equal(rows, wrong):
            yield words


def _listed(wrong: Tensor, word: str) -> str:
    places = [str(place + 1) for place in wrong.nonzero().flatten().tolist()]
    if len(places) == 1:
        return f"{word[:-1]} {places[0]} of {len(wrong)}"
    if len(places) <= FEW:
        return f"{word} {', '.join(places[:-1])} and {places[-1]} of {len(wrong)}"
    return f"{len(places)} of {len(wrong)} {word}"


UNIFORM, LOST, REORDERED, COUNTED_WRONG = map(in_each_case, (uniform, lost, reordered, counted_wrong))
SINGLE_ROW, PARTLY_WRONG = map(in_each_case, (single_row, partly_wrong))
