"""The right numbers after a function that was not asked for, or before one that was."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor
from torch.nn.functional import normalize

from .pairs import Fact, Pair, in_each_case, number

FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "the absolute value": torch.abs,
    "the square": torch.square,
    "the square root": torch.sqrt,
    "the exponential": torch.exp,
    "the logarithm": torch.log,
    "the logarithm to base 2": torch.log2,
    "the reciprocal": torch.reciprocal,
    "the sigmoid": torch.sigmoid,
    "the tanh": torch.tanh,
    "the softmax": lambda tensor: tensor.softmax(-1),
    "the log-softmax": lambda tensor: tensor.log_softmax(-1),
    "the softmax over the wrong dimension": lambda tensor: tensor.softmax(0),
    "the sum from the start on": lambda tensor: tensor.cumsum(0),
}
# A missing one is said of what cannot be undone; of the square's absence the root speaks.
MISSABLE = {
    "softmax": lambda tensor: tensor.softmax(-1),
    "log-softmax": lambda tensor: tensor.log_softmax(-1),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "ReLU": torch.relu,
    "absolute value": torch.abs,
}
MOST_DECIMALS = 4


def applied(pair: Pair) -> Iterator[Fact]:
    """A function of the right numbers."""
    if pair.alike is None:
        return
    expected, observed = pair.alike
    for name, function in FUNCTIONS.items():
        if expected.dim() or not {"softmax", "log-softmax", "sum"} & set(name.split()):
            wrong = function(expected)
            if pair.close(wrong, observed) and not pair.close(expected, observed):
                yield Fact(name, f"{{is}} {name} of {{right}}", pair.evidence(expected, observed))


def left_out(pair: Pair) -> Iterator[Fact]:
    """What has yet to go through a function."""
    if pair.alike is None:
        return
    expected, observed = pair.alike
    for name, function in MISSABLE.items():
        possible = expected.dim() or "max" not in name
        if possible and pair.close(expected, function(observed)) and not pair.close(expected, observed):
            sentence = f"{{is}} without the {name}: that of what came back is {{right}}"
            yield Fact(name, sentence, pair.evidence(expected))


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
    if expected.dim() and pair.alike and expected.shape[-1] > 1:
        hot = torch.zeros_like(expected).scatter(-1, expected.argmax(-1, keepdim=True), 1)
        if torch.equal(hot, observed) and not pair.close(expected, observed):
            yield Fact("one-hot", "{is} 1 at the largest number of each row and 0 elsewhere", expected.numel() / 4)


def normalized(pair: Pair) -> Iterator[Fact]:
    """Rows brought to length 1, or not, or columns in their place."""
    if pair.alike is None or not pair.alike[0].dim() or pair.alike[0].shape[-1] < 2:
        return
    expected, observed = pair.alike
    if not pair.close(expected, observed):
        if _proves(pair, expected) and pair.close(expected, normalize(observed, dim=-1)):
            yield Fact(
                "not", "{is} not normalized: dividing each row by its length gives {right}", pair.evidence(expected)
            )
        if _proves(pair, observed) and pair.close(normalize(expected, dim=-1), observed):
            yield Fact("too", "{is} normalized: {right} with each row divided by its length", pair.evidence(observed))
        yield from _other_dimension(pair, expected, observed)


def _proves(pair: Pair, rows: Tensor) -> bool:
    """A row of a single number other than 0 has length 1 whatever it was."""
    return bool(((rows.abs() > pair.tolerance).sum(-1) > 1).any())


def _other_dimension(pair: Pair, expected: Tensor, observed: Tensor) -> Iterator[Fact]:
    """What was to be true of each row is true of each column."""
    if expected.dim() != 2 or len(expected) < 2:
        return
    for name, measure in {
        "have length 1": lambda tensor, dim: tensor.norm(dim=dim),
        "add up to 1": lambda tensor, dim: tensor.sum(dim),
    }.items():
        rows, columns = measure(observed, 1), measure(observed, 0)
        one = torch.ones_like(rows), torch.ones_like(columns)
        if pair.close(one[0], measure(expected, 1)) and pair.close(one[1], columns) and not pair.close(one[0], rows):
            yield Fact(name, f"{{has}} columns that {name}, where the rows should: the wrong dimension was taken")


def unscaled_products(pair: Pair) -> Iterator[Fact]:
    """Products of all rows with each other, that were to be divided by both lengths."""
    if pair.alike and pair.alike[0].dim() == 2 and len(pair.alike[0]) == pair.alike[0].shape[1] > 1:
        expected, observed = pair.alike
        lengths = observed.diagonal().clamp(min=0).sqrt()
        cosines = observed / (lengths.unsqueeze(1) * lengths).clamp(min=1e-12)
        if pair.close(expected, cosines) and not pair.close(expected, observed):
            sentence = "{is} not normalized: each number must be divided by the lengths of both rows"
            yield Fact("products", sentence, pair.evidence(expected))


def clipped(pair: Pair) -> Iterator[Fact]:
    """What is beyond a bound was set to it."""
    if pair.alike is None or not pair.alike[0].numel():
        return
    expected, observed = pair.alike
    least, most = float(observed.min()), float(observed.max())
    for name, bounded, bound in (
        ("low", expected.clamp(min=least), f"what is below {number(least)} became {number(least)}"),
        ("high", expected.clamp(max=most), f"what is above {number(most)} became {number(most)}"),
        ("both", expected.clamp(least, most), f"all was brought between {number(least)} and {number(most)}"),
    ):
        kept = ~pair.wrong(expected, observed)
        if pair.close(bounded, observed) and bool((~kept).any()):
            hit = int((~kept).sum())
            evidence = pair.evidence(expected[kept]) / 2 if hit > 1 or (name == "low" and least == 0) else 0
            yield Fact(name, f"{{is}} clipped: {bound}", evidence)


def rounded(pair: Pair) -> Iterator[Fact]:
    """Decimals were lost."""
    if pair.alike is None:
        return
    expected, observed = pair.alike
    for decimals in range(MOST_DECIMALS + 1):
        if torch.allclose(observed, expected.round(decimals=decimals), atol=1e-9) and not pair.close(
            expected, observed
        ):
            digits = f"{decimals} decimals" if decimals > 1 else "1 decimal" if decimals else "whole numbers"
            evidence = pair.evidence(expected) * (decimals + 1) / 3
            yield Fact(digits, f"{{is}} rounded to {digits}", evidence)
    if torch.equal(observed, expected.trunc()) and not pair.close(expected, observed):
        yield Fact("cut", "{is} cut to {right}'s whole number: the decimals were dropped", pair.evidence(expected) / 3)


APPLIED, LEFT_OUT, CHOSEN, NORMALIZED = map(in_each_case, (applied, left_out, chosen, normalized))
UNSCALED_PRODUCTS, CLIPPED, ROUNDED = map(in_each_case, (unscaled_products, clipped, rounded))
