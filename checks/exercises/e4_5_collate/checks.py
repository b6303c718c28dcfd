"""Checks of exercise 4.5, `collate`."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import torch
from torch.utils.data import DataLoader
from transformers import BertTokenizer

from ...protocol.suite import Code, Suite
from ..models import SPECIAL, WORDS, tiny_tokenizer

suite = Suite()


RAGGED = ("my sister loved the concert", "good", "the router is slow", "a film")


def _collate(code: Code, sentences: Iterable[str], tokenizer: Any = None, **options: Any) -> Any:
    """Collate sentences, with labels of three classes for task A and two for task B."""
    samples = [code.dataset.Sample(sentence, 2 - i % 3, i % 2) for i, sentence in enumerate(sentences)]
    batch = code.dataset.collate(samples, tokenizer or tiny_tokenizer(), **options)
    return batch._replace(inputs=dict(batch.inputs))


@suite.check("tokenizes each sentence and pads it to the longest of the batch")
def collate_ids(code: Code, rng: torch.Generator) -> Any:
    return _collate(code, RAGGED).inputs["input_ids"]


@suite.check("marks the real tokens in the attention mask")
def collate_mask(code: Code, rng: torch.Generator) -> Any:
    return _collate(code, RAGGED).inputs["attention_mask"]


@suite.check("passes on what the model takes, and nothing else")
def collate_names(code: Code, rng: torch.Generator) -> Any:
    return sorted(_collate(code, RAGGED).inputs)


@suite.check("gives the labels of each task as whole numbers")
def collate_labels(code: Code, rng: torch.Generator) -> Any:
    batch = _collate(code, RAGGED)
    return {"taskA_labels": batch.taskA_labels, "taskB_labels": batch.taskB_labels}


@suite.check("works for a single sentence, for one word and for none")
def collate_single(code: Code, rng: torch.Generator) -> Any:
    cases = (("good",), ("the router is slow",), ("",), ("", "good"))
    seen = {}
    for sentences in cases:
        batch = _collate(code, sentences)
        ids, mask = batch.inputs["input_ids"], batch.inputs["attention_mask"]
        labels = {"taskA_labels": batch.taskA_labels, "taskB_labels": batch.taskB_labels}
        seen[str(sentences)] = {"input_ids": ids, "attention_mask": mask, **labels}
    return seen


@suite.check("cuts off what is beyond the longest sentence allowed")
def collate_cut(code: Code, rng: torch.Generator) -> Any:
    sentences = (*RAGGED, "good " * 20)
    lengths = (3, 5, 7)
    return {f"max_length {n}": _collate(code, sentences, max_length=n).inputs["input_ids"] for n in lengths}


@suite.check("allows 128 tokens if not told otherwise")
def collate_default_length(code: Code, rng: torch.Generator) -> Any:
    tokenizer = tiny_tokenizer()
    tokenizer.model_max_length = 512
    batches = {count: _collate(code, ("good " * count, "a film"), tokenizer) for count in (100, 126, 127, 200)}
    return {f"{count} words": tuple(batch.inputs["input_ids"].shape) for count, batch in batches.items()}


@suite.check("pads as the tokenizer says, and leaves it as it was")
def collate_other_tokenizer(code: Code, rng: torch.Generator) -> Any:
    tokens = (*WORDS, *reversed(SPECIAL))
    tokenizer = BertTokenizer(vocab={token: index for index, token in enumerate(tokens)}, model_max_length=16)
    ids = _collate(code, RAGGED, tokenizer).inputs["input_ids"]
    return {
        "input_ids": ids,
        "padding_side afterwards": tokenizer.padding_side,
        "model_max_length afterwards": tokenizer.model_max_length,
        "'a film' afterwards": tokenizer("a film")["input_ids"],
    }


@suite.check("collates the batches of a DataLoader")
def collate_in_loader(code: Code, rng: torch.Generator) -> Any:
    samples = [code.dataset.Sample(sentence, i % 2, 1 - i % 2) for i, sentence in enumerate(RAGGED * 2)]
    pad = partial(code.dataset.collate, tokenizer=tiny_tokenizer(), max_length=6)
    batches = list(DataLoader(code.dataset.MultiTaskDataset(samples), batch_size=3, collate_fn=pad))
    shapes = [[tuple(batch.inputs[name].shape) for name in ("input_ids", "attention_mask")] for batch in batches]
    labels = {"taskA_labels": [b.taskA_labels for b in batches], "taskB_labels": [b.taskB_labels for b in batches]}
    return {"shapes": shapes, **labels}
