"""The right numbers in another shape, or put together where they should stand apart."""

from collections.abc import Iterator
from itertools import combinations

import torch
from torch import Tensor

from .pairs import Fact, Pair, in_each_case


def single_dimension(pair: Pair) -> Iterator[Fact]:
    """A dimension of size 1 too few or too many."""
    if _same_numbers(pair) and pair.numbers:
        expected, observed = pair.numbers
        if _without_ones(expected) == _without_ones(observed):
            lost = expected.dim() > observed.dim()
            problem = "lost a dimension of size 1" if lost else "a dimension of size 1 too many"
            problem = problem if expected.dim() != observed.dim() else "the dimension of size 1 in another place"
            yield Fact(problem, f"{{has}} {problem}: {_shapes(pair)}")


def transposed(pair: Pair) -> Iterator[Fact]:
    """Two dimensions are exchanged."""
    if pair.numbers is None or pair.numbers[0].dim() != pair.numbers[1].dim():
        return
    expected, observed = pair.numbers
    for one, other in combinations(range(expected.dim()), 2):
        turned = expected.transpose(one, other)
        if pair.close(turned, observed) and not _is_equal(pair):
            what = "rows and columns" if expected.dim() == 2 else f"dimensions {one} and {other}"
            shapes = "" if expected.shape == observed.shape else f": {_shapes(pair)}"
            yield Fact(f"{one} {other}", f"{{has}} its {what} exchanged{shapes}", _distinct(expected) - 1)


def reshaped(pair: Pair) -> Iterator[Fact]:
    """The same numbers one after the other."""
    if _same_numbers(pair) and pair.numbers:
        flat = pair.numbers[1].dim() == 1
        words = "{is} flattened" if flat else "{has} the right numbers in another shape"
        yield Fact(words, f"{words}: {_shapes(pair)}")


def gathered(pair: Pair) -> Iterator[Fact]:
    """One number where many belong, or many whose mean or sum is the right one."""
    if pair.numbers is None or not pair.numbers[0].numel() or not pair.numbers[1].numel():
        return
    expected, observed = pair.numbers
    if observed.dim() > expected.dim():
        for name, given in _gather(observed):
            if pair.close(expected, given):
                yield Fact(name, f"{{is}} not yet put together: {name} gives {{right}}", pair.evidence(expected))
    elif observed.dim() < expected.dim():
        for name, wanted in _gather(expected):
            if pair.close(wanted, observed):
                yield Fact(name, f"{{is}} put together: only {name} of {{right}} came back", pair.evidence(wanted))


def _gather(tensor: Tensor) -> Iterator[tuple[str, Tensor]]:
    if tensor.dim() > 1:
        for dim, along in ((0, "rows"), (-1, "columns")):
            if tensor.shape[dim] > 1:
                yield f"the mean over its {along}", tensor.mean(dim)
                yield f"the sum over its {along}", tensor.sum(dim)
    if tensor.numel() > 1:
        yield "the mean of all its numbers", tensor.mean()
        yield "the sum of all its numbers", tensor.sum()


def emptied(pair: Pair) -> Iterator[Fact]:
    """Rows and columns that hold zeros only were left out."""
    if pair.numbers is None or pair.numbers[0].dim() != 2 or pair.numbers[0].shape == pair.numbers[1].shape:
        return
    expected, observed = pair.numbers
    kept = expected[expected.any(1)][:, expected.any(0)]
    either = expected.any(1) | expected.any(0) if len(expected) == expected.shape[1] else None
    for found in (kept, kept if either is None else expected[either][:, either]):
        if found.numel() and found.shape != expected.shape and pair.close(found, observed):
            yield Fact("emptied", f"{{name}} lacks its rows and columns of zeros: {_shapes(pair)}")


def diagonal(pair: Pair) -> Iterator[Fact]:
    """A square matrix that is right but for its diagonal, or one side of it."""
    if pair.alike is None or pair.alike[0].dim() != 2 or len(pair.alike[0]) != pair.alike[0].shape[1]:
        return
    wrong = pair.wrong(*pair.alike)
    on = torch.eye(len(wrong), dtype=torch.bool)
    if len(wrong) < 3 or not bool(wrong.any()):
        return
    values = pair.alike[1].diagonal()
    if torch.equal(wrong, on):
        all_same = f": it holds {values[0]:.3g} only" if bool((values == values[0]).all()) else ""
        yield Fact("on", f"{{is}} wrong on the diagonal only{all_same}")
    elif not bool((wrong & ~on.logical_or(torch.ones_like(on).triu())).any()) and bool(wrong.triu(1).sum() > 1):
        yield Fact(
            "above",
            "{is} wrong above the diagonal only" if not (wrong & on).any() else "{is} right below the diagonal only",
        )
    elif not bool((wrong & ~on.logical_or(torch.ones_like(on).tril())).any()) and bool(wrong.tril(-1).sum() > 1):
        yield Fact(
            "below",
            "{is} wrong below the diagonal only" if not (wrong & on).any() else "{is} right above the diagonal only",
        )


def _same_numbers(pair: Pair) -> bool:
    if pair.numbers is None or pair.numbers[0].shape == pair.numbers[1].shape or not pair.numbers[0].numel():
        return False
    return pair.close(pair.numbers[0].flatten(), pair.numbers[1].flatten())


def _is_equal(pair: Pair) -> bool:
    return pair.alike is not None and pair.close(*pair.alike)


def _without_ones(tensor: Tensor) -> list[int]:
    return [size for size in tensor.shape if size != 1]


def _distinct(tensor: Tensor) -> int:
    return len(tensor.unique())


def _shapes(pair: Pair) -> str:
    expected, observed = pair.numbers or (torch.empty(0), torch.empty(0))
    return f"{tuple(observed.shape)} instead of {tuple(expected.shape)}"


SINGLE_DIMENSION, TRANSPOSED, RESHAPED = map(in_each_case, (single_dimension, transposed, reshaped))
GATHERED, EMPTIED, DIAGONAL = map(in_each_case, (gathered, emptied, diagonal))
