"""Two heads on one encoder."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from .encoder import SentenceTransformer, inference
from .runtime import packed
from .tasks import Pair


class MultiTaskOutput(NamedTuple):
    """What the model says of a batch: `(batch, dim)` embeddings and `(batch, classes)` logits for each task."""

    embeddings: Tensor
    taskA_logits: Tensor
    taskB_logits: Tensor

    @property
    def logits(self) -> Pair[Tensor]:
        """The logits of both tasks."""
        return Pair(self.taskA_logits, self.taskB_logits)


class ParameterCounts(NamedTuple):
    """Number of parameters that both tasks share, and that each head has for itself."""

    shared: int
    taskA_head: int
    taskB_head: int


class ClassificationHead(nn.Module):
    """Linear → ReLU → Dropout → Linear: from an embedding to class logits.

    The hidden layer is half as wide as the embedding: `dim // 2`.

    Args:
        dim: Width of the embedding.
        classes: Number of classes; kept as an attribute.
        dropout: Dropout probability.
    """

    def __init__(self, dim: int = 512, classes: int = 2, dropout: float = 0.5) -> None:
        super().__init__()
        self.classes = classes
        self.layers = nn.Sequential(
            nn.Linear(dim, dim // 2), nn.ReLU(), nn.Dropout(dropout), nn.Linear(dim // 2, classes)
        )

    def forward(self, embeddings: Tensor) -> Tensor:
        """Classify embeddings.

        Args:
            embeddings: `(batch, dim)`.

        Returns:
            `(batch, classes)`, raw logits: the loss applies the softmax.
        """
        logits: Tensor = self.layers(embeddings)
        return logits


class MultiTaskSentenceTransformer(SentenceTransformer):
    """A sentence transformer with a classification head for each of two tasks.

    Args:
        transformer: A pretrained encoder.
        tokenizer: Its tokenizer.
        taskA_classes: Number of task A's classes.
        taskB_classes: Number of task B's classes.
        dropout: Dropout probability inside both heads.
        options: The other arguments of `SentenceTransformer`.

    Attributes:
        trained: Whether an optimizer has moved its weights.
    """

    trained = False

    def __init__(
        self,
        transformer: Any,
        tokenizer: Any,
        taskA_classes: int = 2,
        taskB_classes: int = 2,
        dropout: float = 0.5,
        **options: Any,
    ) -> None:
        super().__init__(transformer, tokenizer, **options)
        self.taskA_classifier = ClassificationHead(self.dim, taskA_classes, dropout)
        self.taskB_classifier = ClassificationHead(self.dim, taskB_classes, dropout)

    def forward(  # type: ignore[override]  # the parent's embeddings, and the logits with them
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        features: Tensor | None = None,
    ) -> MultiTaskOutput:
        """Encode sentences once and let both heads classify them.

        Args:
            input_ids: `(batch, seq)`.
            attention_mask: `(batch, seq)`, 1 for a real token and 0 for padding.
            features: `(batch, hidden)`, computed earlier by `features`; the transformer is then not run, even if
                tokens are given too.

        Raises:
            ValueError: There are no features, and the tokens or their mask are missing.
        """
        if features is None:
            if input_ids is None or attention_mask is None:
                raise ValueError("give input_ids and attention_mask, or features")
            features = self.features(input_ids, attention_mask)
        embeddings = self.project(features)
        return MultiTaskOutput(embeddings, self.taskA_classifier(embeddings), self.taskB_classifier(embeddings))

    @property
    def heads(self) -> Pair[ClassificationHead]:
        """The heads of both tasks."""
        return Pair(self.taskA_classifier, self.taskB_classifier)

    def predict(self, sentences: Sequence[str], progress: bool = False) -> Pair[Tensor]:
        """Classify sentences as text, in eval mode and without gradients.

        Args:
            sentences: The sentences.
            progress: Show a progress bar, if the output is a terminal.

        Returns:
            The probabilities of task A's and of task B's classes, `(batch, classes)` each, on the CPU, in the order
            of the sentences.
        """
        probabilities = self.heads.map(lambda head: torch.empty(len(sentences), head.classes, device=self.device))
        with inference(self), packed(self.transformer):
            for positions, inputs in self.batches_by_length(sentences, progress):
                for task, logits in zip(probabilities, self(**inputs).logits, strict=True):
                    task[positions] = logits.float().softmax(dim=-1)
        return probabilities.map(Tensor.cpu)


def parameter_counts(model: MultiTaskSentenceTransformer) -> ParameterCounts:
    """Count the parameters, frozen or not, that both tasks share and the ones of each head."""
    head_a = sum(parameter.numel() for parameter in model.taskA_classifier.parameters())
    head_b = sum(parameter.numel() for parameter in model.taskB_classifier.parameters())
    total = sum(parameter.numel() for parameter in model.parameters())
    return ParameterCounts(total - head_a - head_b, head_a, head_b)
