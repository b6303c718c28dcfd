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


def find_mask(pair: Pair) -> Tensor | None:
    """Find the attention mask among the inputs, `(batch, seq)`."""
    for name, given in pair.inputs.items():
        if isinstance(given, Tensor) and given.dim() == 2 and "mask" in name and given.numel():
            return given
    return None


@in_each_case
def unmasked(pair: Pair) -> Iterator[Fact]:
    """What comes out if all tokens count, or those that should not."""
    mask = find_mask(pair)
    for name, given in _float_inputs(pair):
        if mask is not None and given.dim() == 3 and given.shape[:2] == mask.shape:
            yield from _masked_wrongly(pair, name, given, mask.double().unsqueeze(-1))


def _float_inputs(pair: Pair) -> Iterator[tuple[str, Tensor]]:
    for name, given in pair.inputs.items():
        if isinstance(given, Tensor) and given.is_floating_point() and given.dim() and given.numel():
            yield name, given.double()


def _masked_wrongly(pair: Pair, name: str, tokens: Tensor, real: Tensor) -> Iterator[Fact]:
    zeroed, padding = tokens * real, 1 - real
    for words, wrong in {
        f"the mean of all {name}, padding included": tokens.mean(1),
        f"the sum of all {name}, padding included": tokens.sum(1),
        f"the sum of the real {name}, not divided by how many there are": zeroed.sum(1),
        f"the sum of all {name}, padding included, divided by the number of real ones": _divided(tokens, real, 1),
        f"the largest of all {name}, padding included": tokens.amax(1),
        f"the largest of the {name} after the padding was set to zero": zeroed.amax(1),
        f"the mean of the padding, not of the real {name}": _divided(tokens * padding, padding, 1),
        f"the mean over the {name} of all sentences together": _divided(zeroed, real, (0, 1)),
    }.items():
        if _came_back(pair, wrong):
            same_anyway = "padding" in words and not bool(padding.any())
            misread = "zero" in words and _is_clipped(pair)
            yield Fact(words, f"{{is}} {words}", 0 if same_anyway or misread else pair.evidence(wrong))


def _divided(tokens: Tensor, weights: Tensor, dim: int | tuple[int, ...]) -> Tensor:
    return tokens.sum(dim) / weights.sum(dim).clamp(min=1)


def _is_clipped(pair: Pair) -> bool:
    """Zeros in the padding look like negative numbers set to zero, if no sentence without padding tells them apart."""
    return pair.alike is not None and pair.close(pair.alike[0].clamp(min=0), pair.alike[1])


@in_each_case
def reduced(pair: Pair) -> Iterator[Fact]:
    """An input itself, one slice of it, or a sum over one of its dimensions."""
    for name, given in _float_inputs(pair):
        for code, tensor in _slices(name, given):
            if _came_back(pair, tensor):
                yield Fact(code, f"{{is}} what `{code}` gives", pair.evidence(tensor))


def _slices(name: str, tensor: Tensor) -> Iterator[tuple[str, Tensor]]:
    yield name, tensor
    for dim in range(tensor.dim()):
        before = ":, " * dim
        yield f"{name}[{before}0]", tensor.select(dim, 0)
        yield f"{name}[{before}-1]", tensor.select(dim, -1)
        for reduction, reduce in REDUCTIONS.items():
            yield f"{name}.{reduction}(dim={dim})", reduce(tensor, dim)


def _came_back(pair: Pair, wrong: Tensor) -> bool:
    if pair.numbers is None or not pair.close(wrong, pair.numbers[1]):
        return False
    return not (pair.alike and pair.close(*pair.alike))
