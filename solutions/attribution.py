"""Which tokens count: for max pooling, and for what the heads decide."""

import torch
import torch.nn.functional as F
from torch import Tensor

from .encoder import TOKENS_PER_BATCH, inference
from .multitask import MultiTaskSentenceTransformer
from .tasks import Pair


def max_pool_shares(token_embeddings: Tensor, attention_mask: Tensor) -> Tensor:
    """Say of how many dimensions each token gives max pooling the value; mean pooling takes `1 / tokens` of each.

    Args:
        token_embeddings: `(batch, seq, hidden)`.
        attention_mask: `(batch, seq)`, 1 for a real token and 0 for padding.

    Returns:
        `(batch, seq)`, shares that are together 1 for a sentence, and 0 for padding. Of tokens with the same value the
        first one has it.
    """
    padding = attention_mask == 0
    winners = token_embeddings.masked_fill(padding.unsqueeze(-1), float("-inf")).argmax(dim=1)  # (batch, hidden)
    shares = F.one_hot(winners, token_embeddings.shape[1]).float().mean(dim=1)
    return shares.masked_fill(padding, 0)  # a row that is all padding has no winner


def erase_tokens(model: MultiTaskSentenceTransformer, sentence: str) -> Pair[Tensor]:
    """Measure how much each token speaks for a decision (erasure, Li et al. 2016, https://arxiv.org/abs/1612.08220).

    One token after the other is hidden: no other token attends to it, and it is left out of the pooling.

    Args:
        model: Of any mode; it is run in eval mode.
        sentence: The sentence.

    Returns:
        For each task `(seq,)`, on the CPU: by how much the log-odds, `log(p / (1 - p))`, of the class that the whole
        sentence is put into fall without the token; below 0 the token speaks against that class. A probability near 1
        would hardly move, whatever is hidden.
    """
    inputs = model.tokenize([sentence])
    tokens = inputs["input_ids"].shape[1]
    hidden = torch.eye(tokens + 1, tokens, dtype=torch.bool, device=model.device)  # the last row hides nothing
    masks = inputs["attention_mask"].masked_fill(hidden, 0)
    with inference(model):
        batches = [
            model(inputs["input_ids"].expand(len(rows), -1), rows).logits
            for rows in masks.split(max(1, TOKENS_PER_BATCH // tokens))
        ]
        return Pair(*(_falls(torch.cat(logits)) for logits in zip(*batches, strict=True)))


def _falls(logits: Tensor) -> Tensor:
    """Compare rows of logits with the last one, by the log-odds of its class."""
    logits = logits.float().cpu()
    label = int(logits[-1].argmax())
    others = logits.clone()
    others[:, label] = float("-inf")
    odds = logits[:, label] - others.logsumexp(dim=-1)
    return odds[-1] - odds[:-1]
