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
    padding = attention_mask.unsqueeze(-1) == 0  # (batch, seq, 1)
    sum_dtype = torch.promote_types(token_embeddings.dtype, torch.float32)
    total = token_embeddings.masked_fill(padding, 0).sum(dim=1, dtype=sum_dtype)
    count = (~padding).sum(dim=1).clamp(min=1)  # (batch, 1)
    return (total / count).to(token_embeddings.dtype)


def max_pool(token_embeddings: Tensor, attention_mask: Tensor) -> Tensor:
    """Take the largest value of each dimension over the real tokens of each sentence.

    Args:
        token_embeddings: `(batch, seq, hidden)`.
        attention_mask: `(batch, seq)`, 1 for a real token and 0 for padding.

    Returns:
        `(batch, hidden)`, of the tokens' dtype; zeros for a row that is all padding.
    """
    padding = attention_mask.unsqueeze(-1) == 0  # (batch, seq, 1)
    # Padding must lose against every real token, and a real token may be negative: hence -inf, not zero.
    largest = token_embeddings.masked_fill(padding, float("-inf")).amax(dim=1)
    return largest.masked_fill(padding.all(dim=1), 0)
