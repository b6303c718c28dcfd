"""Pooling: from one vector per token to one vector per sentence."""

import torch
from torch import Tensor


def mean_pool(token_embeddings: Tensor, attention_mask: Tensor) -> Tensor:
    """Average the real tokens of each sentence (Reimers & Gurevych 2019, https://arxiv.org/abs/1908.10084).

    Half-precision tokens are summed in float32: a sum over a sentence can exceed what float16 can hold.

    Args:
        token_embeddings: `(batch, seq, hidden)`.
        attention_mask: `(batch, seq)`, 1 for a real token and 0 for padding.

    Returns:
        `(batch, hidden)`, of the tokens' dtype; zeros for a row that is all padding.
    """
    # TODO 1.1 average the real tokens of each sentence
    raise NotImplementedError("exercise 1.1: mean_pool")


def max_pool(token_embeddings: Tensor, attention_mask: Tensor) -> Tensor:
    """Take the largest value of each dimension over the real tokens of each sentence.

    Args:
        token_embeddings: `(batch, seq, hidden)`.
        attention_mask: `(batch, seq)`, 1 for a real token and 0 for padding.

    Returns:
        `(batch, hidden)`, of the tokens' dtype; zeros for a row that is all padding.
    """
    # TODO 1.2 take the largest real value of each dimension
    raise NotImplementedError("exercise 1.2: max_pool")
