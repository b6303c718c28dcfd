"""Cosine similarity between sentences, and the six sentences that the course looks at."""

import torch
import torch.nn.functional as F
from torch import Tensor

SAMPLE_SENTENCES = (
    "The cat sat on the mat.",
    "The weather is nice today.",
    "A feline was resting on a rug.",
    "The sun is shining outside.",
    "It's a beautiful sunny day outside.",
    "I love working with transformers!",
)


def cosine_similarity_matrix(embeddings: Tensor) -> Tensor:
    """Compare every sentence with every other one by the cosine of the angle between their embeddings.

    Args:
        embeddings: `(batch, dim)`, of any length: the rows need not have unit norm.

    Returns:
        `(batch, batch)`, symmetric, within [-1, 1], of the embeddings' dtype, though half precision is computed in
        float32; zeros in the row and column of an all-zero embedding.
    """
    # TODO 1.6 compare every sentence with every other one
    raise NotImplementedError("exercise 1.6: cosine_similarity_matrix")


def rank_by_similarity(similarities: Tensor, query: int) -> list[int]:
    """Order the other sentences from the most to the least similar to one of them.

    Args:
        similarities: `(batch, batch)`, from `cosine_similarity_matrix`.
        query: Index of the sentence to compare with.

    Returns:
        The indices of the `batch - 1` other sentences, ties in their original order.

    Raises:
        IndexError: There is no sentence with that index.
    """
    if not 0 <= query < len(similarities):
        raise IndexError(f"query is {query}, but must be from 0 to {len(similarities) - 1}")
    order = torch.argsort(similarities[query], descending=True, stable=True).tolist()
    return [index for index in order if index != query]
