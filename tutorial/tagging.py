"""A second task for the tokens: one encoder, a head on the sentence vector and a head on the tokens' vectors."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.optim import AdamW

from .dataset import Sample
from .encoder import SentenceTransformer, inference
from .entities import EntityScores, score_entities
from .losses import score_labelled
from .multitask import ClassificationHead
from .tags import TAGS, WORD, TaggedBatch, collate_tagged, tokenize_words
from .tasks import UNLABELLED


class TaggingOutput(NamedTuple):
    """What the model says: logits of the sentences, `(batch, classes)`, and of the tokens, `(batch, seq, tags)`."""

    sentence_logits: Tensor
    tag_logits: Tensor


class TaggingSentenceTransformer(SentenceTransformer):
    """A sentence transformer that classifies each sentence and tags each token, with one run of the transformer.

    Args:
        transformer: A pretrained encoder.
        tokenizer: Its tokenizer.
        classes: Number of classes of a sentence.
        tags: Number of tags of a token.
        dropout: Dropout probability inside the sentence's head.
        options: The other arguments of `SentenceTransformer`.
    """

    def __init__(
        self,
        transformer: Any,
        tokenizer: Any,
        classes: int = 2,
        tags: int = len(TAGS),
        dropout: float = 0.5,
        **options: Any,
    ) -> None:
        super().__init__(transformer, tokenizer, **options)
        self.sentence_classifier = ClassificationHead(self.dim, classes, dropout)
        self.tag_classifier = nn.Linear(transformer.config.hidden_size, tags)

    def forward(  # type: ignore[override]  # the logits of both tasks, instead of the parent's embeddings
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        tokens: Tensor | None = None,
    ) -> TaggingOutput:
        """Run the transformer once; the embedding goes to the sentence's head, each token's vector to the tags' head.

        Args:
            input_ids: `(batch, seq)`.
            attention_mask: `(batch, seq)`, 1 for a real token and 0 for padding.
            tokens: `(batch, seq, hidden)`, the last layer's vectors, computed earlier; the transformer is then not run,
                even if `input_ids` are given too.

        Returns:
            The logits of the sentences, from the embedding that `project` makes of the pooled tokens, and of all
            tokens, from their own vectors as they are.

        Raises:
            ValueError: The mask is missing, or both `input_ids` and `tokens` are.
        """
        # TODO 5.8 one run of the encoder for a sentence and for its tokens
        raise NotImplementedError("exercise 5.8: forward")


def tagging_loss(
    sentence_logits: Tensor,
    tag_logits: Tensor,
    sentence_labels: Tensor,
    tag_labels: Tensor,
    alpha: float = 1.0,
    beta: float = 1.0,
) -> Tensor:
    """Weigh the two tasks' cross-entropies: `alpha * loss of the sentences + beta * loss of the pieces`.

    Each is the mean over what has a label in the whole batch, sentences or pieces; what has none counts neither in the
    sum nor in the number. A task without any label in the batch has a loss of 0 whose gradient is 0 too.

    Args:
        sentence_logits: `(batch, classes)`, before any softmax.
        tag_logits: `(batch, seq, tags)`, before any softmax.
        sentence_labels: `(batch,)`, class indices, or `UNLABELLED`.
        tag_labels: `(batch, seq)`, tag indices, or `UNLABELLED` for further pieces, special tokens and padding.
        alpha: Weight of the sentences.
        beta: Weight of the pieces.

    Returns:
        A scalar, in nats.
    """
    # TODO 5.9 add the loss of the tags to that of the sentences
    raise NotImplementedError("exercise 5.9: tagging_loss")


def build_tagger(seed: int = 0, **options: Any) -> TaggingSentenceTransformer:
    """Build an untrained tagger on the bundled encoder, which is frozen."""
    torch.manual_seed(seed)
    model = TaggingSentenceTransformer.from_pretrained(**options)
    model.transformer.requires_grad_(False)
    return model


def tagged_batch(model: TaggingSentenceTransformer, samples: Sequence[Sample]) -> TaggedBatch:
    """Make one batch of generated sentences, with the frozen transformer's work already done."""
    inputs, *labels = collate_tagged(samples, model.tokenizer, model.max_length)
    mask = inputs["attention_mask"]
    tokens = torch.zeros(*mask.shape, model.tag_classifier.in_features)
    with inference(model):
        for rows in mask.sum(dim=1).argsort().split(32):  # of similar length, so that little padding is computed
            longest = int(mask[rows].sum(dim=1).max())
            ids, real = (inputs[name][rows, :longest] for name in ("input_ids", "attention_mask"))
            tokens[rows, :longest] = model.transformer(ids, real).last_hidden_state
    return TaggedBatch({"tokens": tokens, "attention_mask": mask}, *labels)


def train_tagger(
    model: TaggingSentenceTransformer,
    batch: TaggedBatch,
    epochs: int = 6,
    batch_size: int = 16,
    learning_rate: float = 3e-3,
    alpha: float = 1.0,
    beta: float = 1.0,
    seed: int = 0,
    log: Callable[[str], None] = lambda text: None,
) -> None:
    """Train what is above the frozen transformer, both tasks together.

    Args:
        model: Trained in place, and left in train mode.
        batch: All training sentences, as `tagged_batch` makes them.
        epochs: How often all of them are gone through.
        batch_size: Sentences in one step.
        learning_rate: Of AdamW.
        alpha: Weight of the sentences.
        beta: Weight of the pieces.
        seed: Of the order and the dropout.
        log: Called after each epoch with its mean loss.
    """
    torch.manual_seed(seed)
    optimizer = AdamW([weight for weight in model.parameters() if weight.requires_grad], lr=learning_rate)
    model.train()
    for epoch in range(1, epochs + 1):
        total = 0.0
        for rows in torch.randperm(len(batch.sentence_labels)).split(batch_size):
            optimizer.zero_grad()
            output: TaggingOutput = model(**{name: tensor[rows] for name, tensor in batch.inputs.items()})
            loss = tagging_loss(*output, batch.sentence_labels[rows], batch.tag_labels[rows], alpha, beta)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        log(f"Epoch {epoch}/{epochs}: loss {total / len(batch.sentence_labels):.4f}")


class TaggerScores(NamedTuple):
    """How good both tasks are: the share of sentences in their class, and the scores of the entities."""

    accuracy: float
    entities: EntityScores


def evaluate_tagger(model: TaggingSentenceTransformer, batch: TaggedBatch) -> TaggerScores:
    """Measure both tasks in eval mode; the tags are those of the words' first pieces."""
    with inference(model):
        output = model(**batch.inputs)
    right = output.sentence_logits.argmax(dim=-1) == batch.sentence_labels
    tags = (tag_names(labels, batch.tag_labels) for labels in (batch.tag_labels, output.tag_logits.argmax(dim=-1)))
    return TaggerScores(right.double().mean().item(), score_entities(*tags))


def tag_names(tags: Tensor, tag_labels: Tensor) -> list[list[str]]:
    """Name the tags, `(batch, seq)`, of the pieces that have a label: one for each word."""
    rows = zip(tags.tolist(), tag_labels.tolist(), strict=True)
    return [[TAGS[tag] for tag, label in zip(*row, strict=True) if label != UNLABELLED] for row in rows]


class TaggedSentence(NamedTuple):
    """A sentence, where each of its words begins and ends, the word's tag, and the probabilities of the classes."""

    sentence: str
    spans: list[tuple[int, int]]
    tags: list[str]
    probabilities: Tensor


def tag_sentences(model: TaggingSentenceTransformer, sentences: Sequence[str]) -> list[TaggedSentence]:
    """Tag the words of any sentences and classify them, in eval mode. A word without a piece, or cut off, is `O`."""
    words = [list(WORD.finditer(sentence)) for sentence in sentences]
    texts = [[word.group() for word in row] for row in words]
    inputs, word_ids = tokenize_words(texts, model.tokenizer, model.max_length)
    with inference(model):
        output: TaggingOutput = model(**inputs)
    rows = zip(sentences, words, word_ids, output.tag_logits.argmax(dim=-1).tolist(), strict=True)
    probabilities = output.sentence_logits.softmax(dim=-1)
    return [
        TaggedSentence(sentence, [word.span() for word in row], _tags_of(len(row), pieces, tags), each)
        for (sentence, row, pieces, tags), each in zip(rows, probabilities, strict=True)
    ]


def _tags_of(count: int, pieces: Sequence[int | None], tags: Sequence[int]) -> list[str]:
    """Name the tag of each word: that of its first piece."""
    first: dict[int | None, int] = {}
    for word, tag in zip(pieces, tags, strict=True):
        first.setdefault(word, tag)
    return [TAGS[first[word]] if word in first else "O" for word in range(count)]
