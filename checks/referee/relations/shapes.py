"""The right numbers in another shape, or put together where they should stand apart."""

from collections.abc import Iterator
from itertools import combinations

import torch
from torch import Tensor

from .pairs import Fact, Pair, in_each_case, of_numbers


@in_each_case
def single_dimension(pair: Pair) -> Iterator[Fact]:
    """A dimension of size 1 too few or too many."""
    if _has_same_numbers(pair) and pair.numbers:
        expected, observed = pair.numbers
        if expected.squeeze().shape == observed.squeeze().shape:
            lost = "lost a dimension of size 1" if expected.dim() > observed.dim() else "a dimension of size 1 too many"
            moved = "the dimension of size 1 in another place"
            problem = lost if expected.dim() != observed.dim() else moved
            yield Fact(problem, f"{{has}} {problem}: {_shapes(pair)}")


@in_each_case
def transposed(pair: Pair) -> Iterator[Fact]:
    """Two dimensions are exchanged."""
    expected, observed = pair.numbers or (torch.empty(0), torch.empty(0))
    if expected.dim() != observed.dim() or (pair.alike and pair.close(expected, observed)):
        return
    for one, other in combinations(range(expected.dim()), 2):
        if pair.close(expected.transpose(one, other), observed):
            what = "rows and columns" if expected.dim() == 2 else f"dimensions {one} and {other}"
            shapes = "" if expected.shape == observed.shape else f": {_shapes(pair)}"
            yield Fact(f"{one} {other}", f"{{has}} its {what} exchanged{shapes}", len(expected.unique()) - 1)


@in_each_case
def reshaped(pair: Pair) -> Iterator[Fact]:
    """The same numbers one after the other."""
    if _has_same_numbers(pair) and pair.numbers:
        words = "{is} flattened" if pair.numbers[1].dim() == 1 else "{has} the right numbers in another shape"
        yield Fact(words, f"{words}: {_shapes(pair)}")


@in_each_case
def emptied(pair: Pair) -> Iterator[Fact]:
    """Classes that hold zeros only were left out of a square matrix."""
    expected, observed = pair.numbers or (torch.empty(0), torch.empty(0))
    if expected.dim() == 2 and len(expected) == expected.shape[1] and expected.shape != observed.shape:
        used = expected.any(1) | expected.any(0)
        if bool(used.any()) and pair.close(expected[used][:, used], observed):
            yield Fact("emptied", f"{{name}} lacks its rows and columns of zeros: {_shapes(pair)}")


@of_numbers
def diagonal(pair: Pair, expected: Tensor, observed: Tensor) -> Iterator[Fact]:
    """A square matrix that is wrong on its diagonal only, or on one side of it."""
    if expected.dim() != 2 or len(expected) != expected.shape[1] or len(expected) < 3:
        return
    wrong, values = pair.wrong(expected, observed), observed.diagonal()
    if torch.equal(wrong, torch.eye(len(wrong), dtype=torch.bool)):
        same = f": it holds {values[0]:.3g} only" if bool((values == values[0]).all()) else ""
        yield Fact("on", f"{{is}} wrong on the diagonal only{same}")
    for side, part in {"above": wrong.triu(1), "below": wrong.tril(-1)}.items():
        if torch.equal(part, wrong) and int(wrong.sum()) > 1:
            yield Fact(side, f"{{is}} wrong {side} the diagonal only")


def _has_same_numbers(pair: Pair) -> bool:
    if pair.numbers is None or pair.numbers[0].shape == pair.numbers[1].shape or not pair.numbers[0].numel():
        return False
    return pair.close(pair.numbers[0].flatten(), pair.numbers[1].flatten())


def _shapes(pair: Pair) -> str:
    expected, observed = pair.numbers or (torch.empty(0), torch.empty(0))
    return f"{tuple(observed.shape)} instead of {tuple(expected.shape)}"
