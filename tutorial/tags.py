"""Labels for words: generated sentences know which word filled which slot, so every word has one for free.

A label says where an entity begins and goes on (BIO): `B-does` stands at the first word of what fills the slot `does`,
`I-does` at each further one, `O` at all words outside of slots.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise, zip_longest
from typing import Any, NamedTuple

import torch
from torch import Tensor

from .dataset import Sample
from .tasks import UNLABELLED
from .templates import WORD_BANKS

SLOTS = tuple(dict.fromkeys(slot for slot, *_ in WORD_BANKS))
TAGS = ("O", *(f"{place}-{slot}" for slot in SLOTS for place in "BI"))

# A word is letters and digits; each other sign is a word of its own, so that a comma belongs to no entity.
WORD = re.compile(r"\w+|[^\w\s]")


class TaggedWords(NamedTuple):
    """The words of a sentence, and the tag of each."""

    words: list[str]
    tags: list[str]


class TaggedBatch(NamedTuple):
    """What one training step needs: the model's keyword arguments, and the labels of both tasks.

    `sentence_labels` is `(batch,)`; `tag_labels` is `(batch, seq)`, one for each word piece: an index into `TAGS`, or
    `UNLABELLED`.
    """

    inputs: dict[str, Tensor]
    sentence_labels: Tensor
    tag_labels: Tensor


def tag_words(sample: Sample) -> TaggedWords:
    """Walk through a sample's template, and tag each word by the slot that it fills.

    Raises:
        ValueError: The sample is not made of a template and of its words.
    """
    texts, slots = (re.split(r"{(\w+)}", sample.template)[start::2] for start in (0, 1))
    phrase = "|".join(map(re.escape, sample.words))  # whichever it is: they may stand in any order
    filled = re.fullmatch(f"({phrase})".join(map(re.escape, texts)), sample.sentence)
    if not slots or not filled:
        raise ValueError(f"sentence {sample.sentence!r} has no template to take tags from; give a generated one")
    words, tags = [], []
    for text, slot, phrase in zip_longest(texts, slots, filled.groups(), fillvalue=""):
        for part, name in ((text, ""), (phrase, slot)):
            found = WORD.findall(part)
            words += found
            tags += [f"{'I' if place else 'B'}-{name}" if name else "O" for place in range(len(found))]
    return TaggedWords(words, tags)


def align_labels(word_labels: Sequence[Sequence[int]], word_ids: Sequence[Sequence[int | None]]) -> Tensor:
    """Give each word's label to the word's first piece, and none to all other pieces.

    Args:
        word_labels: For each sentence, the labels of its words. Those of words that were cut off have no piece.
        word_ids: For each sentence, padded to one length: which word a piece is of, counted from 0, or None for
            special tokens and padding. What a tokenizer's `word_ids` gives.

    Returns:
        `(batch, seq)`, integers: the label of the word at its first piece, `UNLABELLED` everywhere else.

    Raises:
        ValueError: The two are of different numbers of sentences.
    """
    # TODO 5.7 give each word's label to its first piece
    raise NotImplementedError("exercise 5.7: align_labels")


def tokenize_words(
    sentences: Sequence[Sequence[str]], tokenizer: Any, max_length: int = 128
) -> tuple[dict[str, Tensor], list[list[int | None]]]:
    """Cut words into pieces, padded to the longest sentence.

    Args:
        sentences: The words of each.
        tokenizer: The backbone's tokenizer.
        max_length: Longest sentence in pieces; what is beyond it is cut off.

    Returns:
        `input_ids` and `attention_mask`, `(batch, seq)`, and for each sentence which word each piece is of.
    """
    encoded = tokenizer(
        [list(words) for words in sentences],
        is_split_into_words=True,
        padding=True,
        truncation=True,
        max_length=max_length,
        return_tensors="pt",
    )
    inputs = {"input_ids": encoded["input_ids"], "attention_mask": encoded["attention_mask"]}
    return inputs, [encoded.word_ids(row) for row in range(len(sentences))]


def collate_tagged(samples: Iterable[Sample], tokenizer: Any, max_length: int = 128) -> TaggedBatch:
    """Make a batch of generated sentences, tokenized once for both tasks: their words' tags, and task B's label."""
    samples = list(samples)
    tagged = [tag_words(sample) for sample in samples]
    inputs, word_ids = tokenize_words([each.words for each in tagged], tokenizer, max_length)
    labels = [[TAGS.index(tag) for tag in each.tags] for each in tagged]
    return TaggedBatch(inputs, torch.tensor([sample.taskB for sample in samples]), align_labels(labels, word_ids))
