"""From sentences to unit vectors, in one class."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Encoder(nn.Module):
    """A transformer, the mean of each sentence's real tokens, a linear layer, LayerNorm, and length one.

    A sentence has the same vector alone and beside any others, in any order, in batches of any size.

    Args:
        transformer: Gives token embeddings, `(batch, seq, hidden)`, as `last_hidden_state`.
        tokenizer: Its tokenizer, with special tokens around each sentence.
        dim: Width of the vectors.
        max_length: Longest sentence in tokens, special tokens included.
    """

    def __init__(self, transformer: Any, tokenizer: Any, dim: int = 512, max_length: int = 128) -> None:
        super().__init__()
        self.transformer = transformer
        self.tokenizer = tokenizer
        self.max_length = max_length
        self.dropout = nn.Dropout(0.1)
        self.linear = nn.Linear(transformer.config.hidden_size, dim)
        self.norm = nn.LayerNorm(dim)

    def tokenize(self, sentences: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Give token numbers and their mask, `(batch, seq)`; a sentence that is too long loses words, nothing else."""
        texts = list(sentences)
        limit = {"truncation": True, "max_length": self.max_length}
        tokens = self.tokenizer(texts, padding=True, return_tensors="pt", **limit)
        return tokens["input_ids"], tokens["attention_mask"]

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Embed a batch of tokens, `(batch, seq)`, as unit vectors, `(batch, dim)`."""
        tokens = self.transformer(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(tokens.dtype)
        sentences = (tokens * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)
        vectors = self.linear(self.dropout(sentences))
        return F.normalize(self.norm(vectors), dim=-1)

    @torch.no_grad()
    def encode(self, sentences: Sequence[str], batch_size: int = 32) -> Tensor:
        """Embed sentences as unit vectors, `(sentences, dim)`, in their order.

        Encoding is not training, whatever mode the encoder is in; that mode stays as it was.
        """
        was_training = self.training
        self.eval()
        order = sorted(range(len(sentences)), key=lambda index: len(sentences[index]))  # alike lengths, less padding
        batches = []
        for start in range(0, len(order), batch_size):
            batch = [sentences[index] for index in order[start : start + batch_size]]
            batches.append(self(*self.tokenize(batch)))
        self.train(was_training)
        vectors = torch.cat(batches)
        return vectors[torch.tensor(order).argsort()]
