"""Checks of exercise 1.6, `cosine_similarity_matrix`."""

from typing import Any

import torch
from torch import Tensor

from ...protocol.suite import Code, Suite

suite = Suite()


def _embeddings(rng: torch.Generator, batch: int = 5, dim: int = 7) -> Tensor:
    """Make embeddings whose lengths differ a lot."""
    return torch.randn(batch, dim, generator=rng) * torch.logspace(-1, 1, batch).unsqueeze(1)


@suite.check("gives the cosines between all rows, whatever their lengths")
def all_cosines(code: Code, rng: torch.Generator) -> Any:
    return code.similarity.cosine_similarity_matrix(_embeddings(rng))


@suite.check("compares as many rows as there are: one, or more than there are dimensions")
def other_shapes(code: Code, rng: torch.Generator) -> Any:
    compare, shapes = code.similarity.cosine_similarity_matrix, ((1, 4), (9, 3), (4, 4))
    return {f"{rows} of width {width}": compare(_embeddings(rng, rows, width)) for rows, width in shapes}


@suite.check("stays within -1 and 1")
def bounds(code: Code, rng: torch.Generator) -> Any:
    rows = torch.randn(40, 60, generator=rng)
    return code.similarity.cosine_similarity_matrix(torch.cat([rows, -rows]))


@suite.check("gives 1 for a row and itself, and the same cosine in both directions")
def symmetric(code: Code, rng: torch.Generator) -> Any:
    matrix = code.similarity.cosine_similarity_matrix(_embeddings(rng))
    return {"the diagonal": matrix.diagonal(), "the matrix minus its transpose": matrix - matrix.T}


@suite.check("gives zeros in the row and column of an all-zero embedding")
def zero_row(code: Code, rng: torch.Generator) -> Any:
    embeddings = _embeddings(rng)
    embeddings[2] = 0
    dtypes = (torch.float32, torch.float16, torch.bfloat16)
    return {str(dtype): code.similarity.cosine_similarity_matrix(embeddings.to(dtype)) for dtype in dtypes}


@suite.check("returns the embeddings' dtype")
def dtype(code: Code, rng: torch.Generator) -> Any:
    embeddings = _embeddings(rng)
    dtypes = (torch.float16, torch.bfloat16, torch.float64)
    return {str(dtype): code.similarity.cosine_similarity_matrix(embeddings.to(dtype)) for dtype in dtypes}


@suite.check("computes in float32: the length of a row may be more than half precision can hold")
def long_rows(code: Code, rng: torch.Generator) -> Any:
    embeddings = (60_000 * (2 * torch.rand(5, 64, generator=rng) - 1)).half()
    return code.similarity.cosine_similarity_matrix(embeddings)


@suite.check("takes a tensor in any memory layout, and leaves it as it was")
def input_afterwards(code: Code, rng: torch.Generator) -> Any:
    embeddings = _embeddings(rng)
    turned = embeddings.T.contiguous().T
    matrix = code.similarity.cosine_similarity_matrix(turned)
    return {"cosines": matrix, "the tensor": turned, "the one it is a view of": embeddings}
