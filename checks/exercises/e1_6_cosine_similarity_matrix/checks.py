"""Checks of exercise 1.6, `cosine_similarity_matrix`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ...protocol.suite import Case, Code, Suite, WrongForm, case, expect
from ..inputs import afterwards, tenths

suite = Suite(sees="the cosines")

HALVES = {"float16": torch.float16, "bfloat16": torch.bfloat16}
DTYPES = {"float32": torch.float32, **HALVES, "float64": torch.float64}


def _embeddings(rng: torch.Generator, batch: int = 3, dim: int = 2) -> Tensor:
    """Make embeddings of which each row is longer than the one before."""
    return tenths(torch.randn(batch, dim, generator=rng) * torch.linspace(0.5, 3, batch).unsqueeze(1))


def _compared(label: str, code: Code, embeddings: Tensor) -> Case:
    """Make the case of some embeddings."""
    return case(label, partial(_cosines, code, embeddings), embeddings=embeddings)


def _cosines(code: Code, embeddings: Tensor) -> Any:
    cosines = code.similarity.cosine_similarity_matrix(embeddings)
    if isinstance(cosines, Tensor) and cosines.layout is not torch.strided:
        raise WrongForm("the cosines: an ordinary tensor was expected, got a sparse one")
    return cosines


@suite.check("gives the cosines between all rows, whatever their lengths")
def all_cosines(code: Code, rng: torch.Generator) -> Iterator[Case]:
    rows = {
        "two equal rows, of length 1": [[0.6, 0.8], [0.6, 0.8]],
        "two rows of length 1": [[0.6, 0.8], [1.0, 0.0]],
        "two rows of length 1, in opposite directions": [[0.6, 0.8], [-0.6, -0.8]],
        "two rows of other lengths": [[3.0, 4.0], [2.0, 0.0]],
    }
    for label, numbers in rows.items():
        yield _compared(label, code, torch.tensor(numbers))
    yield _compared("four rows of other lengths, at random", code, _embeddings(rng, 4, 3))


@suite.check("compares as many rows as there are: one, or more than there are dimensions")
def other_shapes(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, batch, dim in (("one row", 1, 4), ("as many as dimensions", 3, 3), ("more than dimensions", 4, 2)):
        yield _compared(label, code, _embeddings(rng, batch, dim))


@suite.check("gives 1 for a row and itself, and the same cosine in both directions")
def symmetric(code: Code, rng: torch.Generator) -> Iterator[Case]:
    embeddings = _embeddings(rng, 4, 3)
    yield case("four rows", partial(_halves, code, embeddings), embeddings=embeddings)


def _halves(code: Code, embeddings: Tensor) -> Any:
    matrix = expect(Tensor, _cosines(code, embeddings), "the cosines")
    if matrix.shape != (4, 4):
        raise WrongForm(f"the cosines: expected shape (4, 4), got {tuple(matrix.shape)}")
    return {
        "the diagonal": matrix.diagonal(),
        "the cosines above it": matrix[*torch.triu_indices(4, 4, 1)],
        "the cosines below it": matrix.T[*torch.triu_indices(4, 4, 1)],
    }


@suite.check("stays within -1 and 1, in spite of rounding errors", careful=True)
def bounds(code: Code, rng: torch.Generator) -> Iterator[Case]:
    rows = torch.randn(40, 60, generator=rng)
    yield _compared("40 rows and their opposites", code, torch.cat([rows, -rows]))


@suite.check("gives zeros in the row and column of an all-zero embedding", careful=True)
def zero_row(code: Code, rng: torch.Generator) -> Iterator[Case]:
    embeddings = _embeddings(rng)
    embeddings[1] = 0
    for name in ("float32", "float16", "bfloat16"):
        yield _compared(f"an all-zero row among others, {name}", code, embeddings.to(DTYPES[name]))


@suite.check("returns the embeddings' dtype", careful=True)
def dtype(code: Code, rng: torch.Generator) -> Iterator[Case]:
    embeddings = _embeddings(rng)
    for name, dtype in DTYPES.items():
        yield _compared(name, code, embeddings.to(dtype))


@suite.check("computes half precision in float32: a row may be longer than it can hold", careful=True)
def long_rows(code: Code, rng: torch.Generator) -> Iterator[Case]:
    numbers = 60_000 * (2 * torch.rand(3, 64, generator=rng) - 1)
    for name, half in HALVES.items():
        yield _compared(f"numbers up to 60000, {name}", code, numbers.to(half))


@suite.check("takes a tensor in any memory layout", careful=True)
def layouts(code: Code, rng: torch.Generator) -> Iterator[Case]:
    embeddings = _embeddings(rng, 3, 4)
    yield _compared("contiguous", code, embeddings)
    yield _compared("a view, transposed", code, embeddings.T.contiguous().T)
    yield _compared("a view, every second number", code, embeddings[:, ::2])


@suite.check("leaves the embeddings as they were", careful=True)
def input_afterwards(code: Code, rng: torch.Generator) -> Iterator[Case]:
    embeddings = _embeddings(rng)
    see = partial(afterwards, code.similarity.cosine_similarity_matrix, embeddings=embeddings)
    yield case("three rows", see, embeddings=embeddings)
