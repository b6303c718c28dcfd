"""A wrong tensor that is a plain function of what went in: the first token, the mean with its padding."""

from collections.abc import Callable, Iterator

from torch import Tensor

from .pairs import Fact, Pair, in_each_case

REDUCTIONS: dict[str, Callable[[Tensor, int], Tensor]] = {
    "mean": lambda tensor, dim: tensor.mean(dim),
    "sum": lambda tensor, dim: tensor.sum(dim),
    "amax": lambda tensor, dim: tensor.amax(dim),
    "amin": lambda tensor, dim: tensor.amin(dim),
}
TOKENS = 1  # the dimension along which the tokens of a sentence lie


def find_mask(pair: Pair) -> Tensor | None:
    """Find the attention mask among the inputs, `(batch, seq)`."""
    for name, given in pair.inputs.items():
        if isinstance(given, Tensor) and given.dim() == 2 and "mask" in name and given.numel():
            return given
    return None


def unmasked(pair: Pair) -> Iterator[Fact]:
    """What comes out if all tokens count, or those that should not."""
    mask = find_mask(pair)
    for name, given in pair.inputs.items():
        if isinstance(given, Tensor) and given.is_floating_point() and given.dim() == 3 and mask is not None:
            tokens, real = given.double(), mask.double().unsqueeze(-1)
            if real.shape[:2] == tokens.shape[:2]:
                yield from _masked_wrongly(pair, name, tokens, real)


def _masked_wrongly(pair: Pair, name: str, tokens: Tensor, real: Tensor) -> Iterator[Fact]:
    padded = bool((real == 0).any())
    zeroed, count = tokens * real, real.sum(TOKENS).clamp(min=1)
    for words, wrong in {
        f"the mean of all {name}, padding included": tokens.mean(TOKENS),
        f"the sum of all {name}, padding included": tokens.sum(TOKENS),
        f"the sum of the real {name}, not divided by how many there are": zeroed.sum(TOKENS),
        f"the sum of all {name}, padding included, divided by the number of real ones": tokens.sum(TOKENS) / count,
        f"the largest of all {name}, padding included": tokens.amax(TOKENS),
        f"the largest of the {name} after the padding was set to zero": zeroed.amax(TOKENS),
        f"the largest of the {name} plus the mask": (tokens + real).amax(TOKENS),
        f"the mean of the padding, not of the real {name}": _mean(tokens, 1 - real),
        f"the sum of the padding, not of the real {name}": (tokens * (1 - real)).sum(TOKENS),
        f"the mean over the {name} of all sentences together": _over_all(zeroed, real),
    }.items():
        special = "padding" not in words or padded  # without padding, with it is the same
        if special and (shaped := _fits(pair, wrong)) is not None:
            yield Fact(words, f"{{is}} {words}", shaped)
        elif not special and _fits(pair, wrong) is not None:
            yield Fact(words, f"{{is}} {words}", 0)


def _mean(tokens: Tensor, weights: Tensor) -> Tensor:
    return (tokens * weights).sum(TOKENS) / weights.sum(TOKENS).clamp(min=1)


def _over_all(zeroed: Tensor, real: Tensor) -> Tensor:
    return zeroed.sum((0, 1)) / real.sum().clamp(min=1)


def reduced(pair: Pair) -> Iterator[Fact]:
    """An input itself, one slice of it, or a sum over one of its dimensions."""
    for name, given in pair.inputs.items():
        if isinstance(given, Tensor) and given.is_floating_point() and given.dim() and given.numel():
            for code, tensor in _slices(name, given.double()):
                evidence = _fits(pair, tensor)
                if evidence is not None:
                    yield Fact(code, f"{{is}} no more than `{code}`", evidence)


def _slices(name: str, tensor: Tensor) -> Iterator[tuple[str, Tensor]]:
    yield name, tensor
    for dim in range(tensor.dim()):
        before = ":, " * dim
        yield f"{name}[{before}0]", tensor.select(dim, 0)
        yield f"{name}[{before}-1]", tensor.select(dim, -1)
        for reduction, reduce in REDUCTIONS.items():
            yield f"{name}.{reduction}(dim={dim})", reduce(tensor, dim)


def _fits(pair: Pair, wrong: Tensor) -> float | None:
    """Give the evidence that this is what came back, if it is."""
    if pair.numbers is None:
        return None
    expected, observed = pair.numbers
    if not pair.close(wrong, observed) or (expected.shape == observed.shape and pair.close(expected, observed)):
        return None
    return pair.evidence(observed)


UNMASKED, REDUCED = in_each_case(unmasked), in_each_case(reduced)
