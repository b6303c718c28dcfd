"""Checks of `similarity.py`."""

from typing import Any

import torch
from torch import Tensor

from ..compare import difference
from ..exercise import exercise

cosines = exercise("1.6")


def _embeddings(rng: torch.Generator, batch: int = 5, dim: int = 7) -> Tensor:
    """Make embeddings whose lengths differ a lot."""
    return torch.randn(batch, dim, generator=rng) * torch.logspace(-1, 1, batch).unsqueeze(1)


def _within_bounds(observed: Any, expected: Any) -> str | None:
    """Judge a matrix of cosines that may not be beyond 1 even by a rounding error."""
    found = difference(expected, observed)
    if found:
        return found.problem
    if not all(-1 <= cosine <= 1 for row in observed.tolist() for cosine in row):
        return "a cosine is beyond 1 or -1 by a rounding error"
    return None


@cosines.check("gives the cosines between all rows, whatever their lengths")
def all_cosines(course: Any, rng: torch.Generator) -> Any:
    return course.similarity.cosine_similarity_matrix(_embeddings(rng))


@cosines.check("compares as many rows as there are: one, or more than there are dimensions")
def other_shapes(course: Any, rng: torch.Generator) -> Any:
    compare, shapes = course.similarity.cosine_similarity_matrix, ((1, 4), (9, 3), (4, 4))
    return {f"{rows} of width {width}": compare(_embeddings(rng, rows, width)) for rows, width in shapes}


@cosines.check("stays within -1 and 1", judge=_within_bounds)
def bounds(course: Any, rng: torch.Generator) -> Any:
    rows = torch.randn(40, 60, generator=rng)
    return course.similarity.cosine_similarity_matrix(torch.cat([rows, -rows]))


@cosines.check("gives 1 for a row and itself, and the same cosine in both directions")
def symmetric(course: Any, rng: torch.Generator) -> Any:
    matrix = course.similarity.cosine_similarity_matrix(_embeddings(rng))
    return {"the diagonal": matrix.diagonal(), "the matrix minus its transpose": matrix - matrix.T}


@cosines.check("gives zeros in the row and column of an all-zero embedding")
def zero_row(course: Any, rng: torch.Generator) -> Any:
    embeddings = _embeddings(rng)
    embeddings[2] = 0
    dtypes = (torch.float32, torch.float16, torch.bfloat16)
    return {str(dtype): course.similarity.cosine_similarity_matrix(embeddings.to(dtype)) for dtype in dtypes}


@cosines.check("returns the embeddings' dtype")
def dtype(course: Any, rng: torch.Generator) -> Any:
    embeddings = _embeddings(rng)
    dtypes = (torch.float16, torch.bfloat16, torch.float64)
    return {str(dtype): course.similarity.cosine_similarity_matrix(embeddings.to(dtype)) for dtype in dtypes}


@cosines.check("computes in float32: the length of a row may be more than half precision can hold")
def long_rows(course: Any, rng: torch.Generator) -> Any:
    embeddings = (60_000 * (2 * torch.rand(5, 64, generator=rng) - 1)).half()
    return course.similarity.cosine_similarity_matrix(embeddings)


@cosines.check("takes a tensor in any memory layout, and leaves it as it was")
def input_afterwards(course: Any, rng: torch.Generator) -> Any:
    embeddings = _embeddings(rng)
    turned = embeddings.T.contiguous().T
    matrix = course.similarity.cosine_similarity_matrix(turned)
    return {"cosines": matrix, "the tensor": turned, "the one it is a view of": embeddings}
