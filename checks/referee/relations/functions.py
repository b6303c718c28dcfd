"""The right numbers after a function that was not asked for, or before one that was."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor
from torch.nn.functional import normalize

from .pairs import Fact, Pair, in_each_case, number, of_numbers

FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "absolute value": torch.abs,
    "square": torch.square,
    "square root": torch.sqrt,
    "exponential": torch.exp,
    "logarithm": torch.log,
    "logarithm to base 2": torch.log2,
    "reciprocal": torch.reciprocal,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softmax": lambda tensor: tensor.softmax(-1),
    "log-softmax": lambda tensor: tensor.log_softmax(-1),
}
MISSABLE = ("softmax", "log-softmax", "sigmoid", "absolute value")  # of a missing square, the root speaks
MEASURES: dict[str, Callable[[Tensor, int], Tensor]] = {
    "have length 1": lambda tensor, dim: tensor.square().sum(dim).sqrt(),
    "add up to 1": lambda tensor, dim: tensor.sum(dim),
}
MOST_DECIMALS = 4


@of_numbers
def applied(pair: Pair, expected: Tensor, observed: Tensor) -> Iterator[Fact]:
    """A function of the right numbers."""
    for name, function in FUNCTIONS.items():
        if (expected.dim() or "max" not in name) and pair.close(function(expected), observed):
            yield Fact(name, f"{{is}} the {name} of {{right}}", pair.evidence(expected, observed))


@of_numbers
def left_out(pair: Pair, expected: Tensor, observed: Tensor) -> Iterator[Fact]:
    """What has yet to go through a function."""
    for name in MISSABLE:
        if (expected.dim() or "max" not in name) and pair.close(expected, FUNCTIONS[name](observed)):
            yield Fact(name, f"{{is}} without the {name}: that of what came back is {{right}}", pair.evidence(expected))


@in_each_case
def chosen(pair: Pair) -> Iterator[Fact]:
    """Classes for the numbers that they are chosen by, and the reverse."""
    if pair.numbers is None:
        return
    expected, observed = pair.numbers
    for wide, classes, sentence in (
        (expected, observed, "{is} the place of the largest number of each row (an argmax) instead of the numbers"),
        (observed, expected, "{is} the numbers of each row instead of the place of the largest: an argmax is missing"),
    ):
        fits = wide.dim() and wide.shape[:-1] == classes.shape and wide.shape[-1] > 1
        if fits and torch.equal(wide.argmax(-1).double(), classes):
            yield Fact(sentence, sentence, len(classes.unique()) / 2 if classes.numel() > 2 else 0)


@of_numbers
def normalized(pair: Pair, expected: Tensor, observed: Tensor) -> Iterator[Fact]:
    """Rows brought to length 1, or not, or columns in their place."""
    if not isinstance(pair.expected, Tensor) or not expected.dim():
        return  # two plain numbers may have length 1 by chance
    if _proves(pair, expected) and pair.close(expected, normalize(observed, dim=-1)):
        sentence = "{is} not normalized to length 1: dividing each row by its length gives {right}"
        yield Fact("not", sentence, pair.evidence(expected))
    if _proves(pair, observed) and pair.close(normalize(expected, dim=-1), observed):
        yield Fact("too", "{is} normalized: {right} with each row divided by its length", pair.evidence(observed))
    for name, measure in MEASURES.items() if expected.dim() == 2 and len(expected) > 1 else ():
        right, rows, columns = measure(expected, 1), measure(observed, 1), measure(observed, 0)
        one, each = torch.ones_like(rows), torch.ones_like(columns)
        if pair.close(one, right) and pair.close(each, columns) and not pair.close(one, rows):
            yield Fact(name, f"{{has}} columns that {name}, where the rows should: the wrong dimension was taken")


def _proves(pair: Pair, rows: Tensor) -> bool:
    """A row of a single number other than 0 has length 1 whatever it was."""
    return bool(((rows.abs() > pair.tolerance).sum(-1) > 1).any())


@of_numbers
def unscaled_products(pair: Pair, expected: Tensor, observed: Tensor) -> Iterator[Fact]:
    """Products of all rows with each other, that were to be divided by both lengths."""
    if expected.dim() == 2 and len(expected) == expected.shape[1] > 1:
        lengths = observed.diagonal().clamp(min=0).sqrt()
        if pair.close(expected, observed / (lengths.unsqueeze(1) * lengths).clamp(min=1e-12)):
            sentence = "{is} not divided by the lengths of both rows, so that the diagonal is not 1"
            yield Fact("products", sentence, pair.evidence(expected))


@of_numbers
def clipped(pair: Pair, expected: Tensor, observed: Tensor) -> Iterator[Fact]:
    """What is beyond a bound was set to it."""
    least, most = float(observed.min()), float(observed.max())
    wrong = pair.wrong(expected, observed)
    for name, bounded, bound in (
        ("low", expected.clamp(min=least), f"what is below {number(least)} became {number(least)}"),
        ("high", expected.clamp(max=most), f"what is above {number(most)} became {number(most)}"),
        ("both", expected.clamp(least, most), f"all was brought between {number(least)} and {number(most)}"),
    ):
        if pair.close(bounded, observed):
            proven = int(wrong.sum()) > 1 or (name == "low" and least == 0)
            yield Fact(name, f"{{is}} clipped: {bound}", pair.evidence(expected[~wrong]) / 2 if proven else 0)


@of_numbers
def rounded(pair: Pair, expected: Tensor, observed: Tensor) -> Iterator[Fact]:
    """Decimals were lost."""
    for decimals in range(MOST_DECIMALS + 1):
        if torch.allclose(observed, expected.round(decimals=decimals), atol=1e-9):
            digits = f"{decimals} decimals" if decimals > 1 else "1 decimal" if decimals else "whole numbers"
            yield Fact(digits, f"{{is}} rounded to {digits}", pair.evidence(expected) * (decimals + 1) / 2)
