"""The sentence transformer: transformer → pooling → projection → LayerNorm → L2 norm."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Self, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .backbones import MINILM, load_backbone
from .pooling import max_pool, mean_pool
from .progress import track
from .runtime import last_hidden_state, packed

POOLINGS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {"mean": mean_pool, "max": max_pool}

T = TypeVar("T")

# Tokens, padding included, in one batch of `encode`: enough to keep two cores busy, few enough for their cache.
TOKENS_PER_BATCH = 1024
# A GPU takes more: up to this many bytes for each token and unit of the transformer's width, of its free memory.
BYTES_PER_TOKEN_AND_UNIT = 512
MOST_TOKENS_PER_BATCH = 131_072

# Sentences that `encode` tokenizes and sorts at a time: enough to find neighbours of one length.
SENTENCES_AT_A_TIME = 4096

# A sentence of one token, with the two that the tokenizer puts around it.
SHORTEST = 3


def tokenize(sentences: Sequence[str], tokenizer: Any, max_length: int) -> dict[str, Tensor]:
    """Turn sentences into the model's input, padded to the longest of them on the tokenizer's own side.

    Args:
        sentences: One or more.
        tokenizer: The backbone's tokenizer.
        max_length: Longest sentence in tokens; what is beyond it is cut off.

    Returns:
        `input_ids` and `attention_mask`, `(batch, seq)`, and nothing else that the tokenizer may give.
    """
    return _pad(token_ids(sentences, tokenizer, max_length), tokenizer)


def token_ids(sentences: Sequence[str], tokenizer: Any, max_length: int) -> list[list[int]]:
    """Turn sentences into the ids of their tokens, at most so many of each."""
    ids: list[list[int]] = tokenizer(list(sentences), truncation=True, max_length=max_length)["input_ids"]
    return ids


def _pad(ids: list[list[int]], tokenizer: Any) -> dict[str, Tensor]:
    padded = tokenizer.pad({"input_ids": ids}, return_attention_mask=True, return_tensors="pt")
    return {"input_ids": padded["input_ids"], "attention_mask": padded["attention_mask"]}


class SentenceTransformer(nn.Module):
    """Turn sentences into vectors of length 1 whose dot product is their cosine similarity.

    Args:
        transformer: A pretrained encoder whose output has a `last_hidden_state`.
        tokenizer: Its tokenizer.
        pooling: `mean` or `max`.
        dim: Width of the embedding, whatever the transformer's own width.
        max_length: Longest sentence in tokens; what is beyond it is cut off.

    Raises:
        ValueError: The pooling is unknown, or the transformer cannot take sentences that long.
    """

    def __init__(
        self, transformer: Any, tokenizer: Any, pooling: str = "mean", dim: int = 512, max_length: int = 128
    ) -> None:
        super().__init__()
        if pooling not in POOLINGS:
            raise ValueError(f"pooling is {pooling!r}, but must be one of {', '.join(POOLINGS)}")
        positions = getattr(transformer.config, "max_position_embeddings", tokenizer.model_max_length)
        longest = min(positions, tokenizer.model_max_length)
        if not SHORTEST <= max_length <= longest:
            raise ValueError(
                f"max_length is {max_length}, but must be from {SHORTEST} to {longest}, the backbone's limit"
            )
        self.transformer = transformer.train()
        self.tokenizer = tokenizer
        self.pool = POOLINGS[pooling]
        self.max_length = max_length
        self.projection = nn.Linear(transformer.config.hidden_size, dim)
        self.layer_norm = nn.LayerNorm(dim)

    @classmethod
    def from_pretrained(cls, backbone: str = MINILM, **options: Any) -> Self:
        """Build the model on a backbone that `load_backbone` knows, in eval mode; the layers above are untrained."""
        return cls(*load_backbone(backbone), **options).eval()

    def extra_repr(self) -> str:
        """Say what `print(model)` would not show: the pooling, which has no weights."""
        return f"pooling={getattr(self.pool, '__name__', self.pool)}, max_length={self.max_length}"

    @property
    def dim(self) -> int:
        """Width of the sentence embedding."""
        return self.projection.out_features

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.projection.weight.device

    def features(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Run the transformer and pool its tokens: all that a frozen backbone computes.

        Args:
            input_ids: `(batch, seq)`.
            attention_mask: `(batch, seq)`, 1 for a real token and 0 for padding.

        Returns:
            `(batch, hidden)`.
        """
        return self.pool(last_hidden_state(self.transformer, input_ids, attention_mask), attention_mask)

    def project(self, features: Tensor) -> Tensor:
        """Map pooled features to the embedding: linear layer, LayerNorm, then L2 norm.

        Args:
            features: `(batch, hidden)`.

        Returns:
            `(batch, dim)`, each row of length 1.
        """
        return F.normalize(self.layer_norm(self.projection(features)), dim=-1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Embed tokenized sentences.

        Args:
            input_ids: `(batch, seq)`.
            attention_mask: `(batch, seq)`, 1 for a real token and 0 for padding.

        Returns:
            `(batch, dim)`, each row of length 1.
        """
        return self.project(self.features(input_ids, attention_mask))

    def encode(self, sentences: str | Sequence[str], progress: bool = False) -> Tensor:
        """Embed sentences as text, in eval mode and without gradients; every module keeps the mode that it had.

        Subclasses replace `forward`, so this goes through `features` and `project`.

        Args:
            sentences: One sentence or many.
            progress: Show a progress bar, if the output is a terminal.

        Returns:
            `(dim,)` for one sentence, `(batch, dim)` for many, `(0, dim)` for none; of the weights' dtype, on the CPU,
            in the order of the sentences.
        """
        if isinstance(sentences, str):
            return self.encode([sentences], progress)[0]
        embeddings = torch.empty(len(sentences), self.dim, dtype=self.projection.weight.dtype, device=self.device)
        with inference(self), packed(self.transformer):
            for positions, inputs in self.batches_by_length(sentences, progress):
                embeddings[positions] = self.project(self.features(**inputs))
        return embeddings.cpu()  # once: whoever copies from a GPU waits for it

    def batches_by_length(
        self, sentences: Sequence[str], progress: bool = False
    ) -> Iterator[tuple[list[int], dict[str, Tensor]]]:
        """Cut sentences into batches of similar length and of about as many tokens each as suit the device.

        Sorting leaves little padding; counting tokens instead of sentences keeps every batch equally large. Only
        `SENTENCES_AT_A_TIME` are measured before the first batch, however many there are. While one batch is worked
        on, the next one is tokenized.

        Yields:
            The positions of the batch's sentences, and its `input_ids` and `attention_mask`, `(batch, seq)`.

        Raises:
            TypeError: A sentence is not a string.
        """
        for position, sentence in enumerate(sentences):
            if not isinstance(sentence, str):
                raise TypeError(f"sentence {position} is {sentence!r}, but must be a string")
        batches = _ahead(self._batches(sentences))
        yield from track(batches, "Encoding", progress, len(sentences), lambda batch: len(batch[0]))

    def _batches(self, sentences: Sequence[str]) -> Iterator[tuple[list[int], dict[str, Tensor]]]:
        most = tokens_per_batch(self.device, self.projection.in_features)
        for start in range(0, len(sentences), SENTENCES_AT_A_TIME):
            ids = token_ids(sentences[start : start + SENTENCES_AT_A_TIME], self.tokenizer, self.max_length)
            for rows in _cut_by_length([len(each) for each in ids], most):
                inputs = _pad([ids[row] for row in rows], self.tokenizer)
                yield [start + row for row in rows], self._on_device(inputs)

    def tokenize(self, sentences: Sequence[str]) -> dict[str, Tensor]:
        """Turn sentences into what `features` and `forward` take, on the model's device."""
        return self._on_device(tokenize(sentences, self.tokenizer, self.max_length))

    def _on_device(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        return {name: tensor.to(self.device) for name, tensor in inputs.items()}

    def train(self, mode: bool = True) -> Self:
        """Switch between train and eval mode, but keep every frozen part in eval mode: its dropout is off."""
        super().train(mode)
        if mode:
            # The model's own flag stays: it remembers the mode for parts that are unfrozen later.
            for part in self.children():
                _keep_frozen_in_eval(part)
        return self


def _keep_frozen_in_eval(part: nn.Module) -> None:
    trains = [parameter.requires_grad for parameter in part.parameters()]
    if trains and not any(trains):
        part.eval()
    elif not all(trains):  # some of it is frozen
        for inner in part.children():
            _keep_frozen_in_eval(inner)


@contextmanager
def inference(model: nn.Module) -> Iterator[None]:
    """Run a block in eval mode and without gradients, then give every module the mode it had."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        for module, mode in modes:
            module.training = mode


def tokens_per_batch(device: torch.device, hidden: int) -> int:
    """Give the number of tokens that a device encodes at a time.

    Args:
        device: Whose free memory decides, if it is a CUDA device; not yet measured on one.
        hidden: Width of the transformer.
    """
    if device.type != "cuda":
        return TOKENS_PER_BATCH
    free, _ = torch.cuda.mem_get_info(device)
    return min(max(free // (hidden * BYTES_PER_TOKEN_AND_UNIT), TOKENS_PER_BATCH), MOST_TOKENS_PER_BATCH)


def _ahead(items: Iterator[T]) -> Iterator[T]:
    """Go through items, and let a thread make the next one while the caller works on this one."""
    end = object()
    with ThreadPoolExecutor(1) as thread:
        following = thread.submit(next, items, end)
        while (item := following.result()) is not end:
            following = thread.submit(next, items, end)
            yield item  # type: ignore[misc]  # it is not the end


def _cut_by_length(lengths: Sequence[int], tokens: int) -> list[list[int]]:
    """Sort positions from the longest sentence to the shortest and cut them into batches of so many tokens."""
    order = sorted(range(len(lengths)), key=lambda position: lengths[position], reverse=True)
    batches = []
    start = 0
    while start < len(order):
        # The first sentence is the batch's longest, so all others are padded to its length.
        size = max(1, tokens // max(1, lengths[order[start]]))
        batches.append(order[start : start + size])
        start += size
    return batches
