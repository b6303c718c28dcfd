"""Checks of exercise 4.5, `collate`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch.utils.data import DataLoader
from transformers import BertTokenizer

from ...protocol.suite import Case, Code, Suite, case, expect
from ..models import SPECIAL, WORDS, tiny_tokenizer

suite = Suite(sees="the batch")

RAGGED = ("my sister loved the concert", "good", "the router is slow", "a film")

BATCHES = {
    "one sentence": ("a film",),
    "two sentences, of one length": ("a film", "it crashes"),
    "two sentences, one padded": ("the router is slow", "good"),
    "four sentences, some padded": RAGGED,
}

Show = Callable[[Any], dict[str, Any]]


def _collate(code: Code, sentences: Sequence[str], tokenizer: Any = None, **options: Any) -> Any:
    """Collate sentences, with labels of three classes for task A and two for task B."""
    samples = [code.dataset.Sample(sentence, 2 - i % 3, i % 2) for i, sentence in enumerate(sentences)]
    return expect(code.dataset.Batch, code.dataset.collate(samples, tokenizer or tiny_tokenizer(), **options))


def _inputs(batch: Any) -> dict[str, Any]:
    """Give the model's input as a plain dictionary."""
    inputs: Any = expect(Mapping, batch.inputs, "the inputs")  # type: ignore[type-abstract]
    return {str(name): value for name, value in inputs.items()}


def _only(*names: str) -> Show:
    """Look at some of a batch's tensors; what is not there is told of as missing."""

    def show(batch: Any) -> dict[str, Any]:
        parts = {**_inputs(batch), "taskA_labels": batch.taskA_labels, "taskB_labels": batch.taskB_labels}
        return {name: parts[name] for name in names if name in parts}

    return show


def _everything(batch: Any) -> dict[str, Any]:
    return _only("input_ids", "attention_mask", "taskA_labels", "taskB_labels")(batch)


def _shown(code: Code, show: Show, sentences: Sequence[str], **options: Any) -> dict[str, Any]:
    return show(_collate(code, sentences, **options))


def _batches(code: Code, show: Show) -> Iterator[Case]:
    """Collate batches of growing size."""
    for label, sentences in BATCHES.items():
        yield case(label, partial(_shown, code, show, sentences), sentences=list(sentences))


@suite.check("tokenizes each sentence and pads it to the longest of the batch")
def collate_ids(code: Code, rng: torch.Generator) -> Iterator[Case]:
    yield from _batches(code, _only("input_ids"))
    sentences = ("good", "a film", "good")
    yield case("a sentence twice", partial(_shown, code, _only("input_ids"), sentences), sentences=list(sentences))
    drawn = torch.randint(len(WORDS), (2, 5), generator=rng).tolist()
    pair = tuple(" ".join(WORDS[index] for index in row) for row in drawn)
    yield case("two sentences of any words", partial(_shown, code, _only("input_ids"), pair), sentences=list(pair))
    # A batch may be larger than one that can be looked at.
    many = tuple(f"the {noun} is slow" for noun in WORDS[6:11]) * 8
    yield case("forty sentences, each eight times", partial(_shown, code, _everything, many))


@suite.check("marks the real tokens in the attention mask")
def collate_mask(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return _batches(code, _only("attention_mask"))


@suite.check("passes on what the model takes, and nothing else", sees="the names of the inputs")
def collate_names(code: Code, rng: torch.Generator) -> Any:
    return sorted(_inputs(_collate(code, RAGGED)))


@suite.check("gives the labels of each task as whole numbers")
def collate_labels(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, count in {"one sentence": 1, "three sentences": 3}.items():
        labels = {"taskA": [2 - i % 3 for i in range(count)], "taskB": [i % 2 for i in range(count)]}
        yield case(label, partial(_shown, code, _only("taskA_labels", "taskB_labels"), RAGGED[:count]), **labels)


CUT = {
    "a sentence of 7 tokens, max_length 5": (RAGGED[:2], 5),
    "a sentence of 7 tokens, max_length 3": (RAGGED[:2], 3),
    "a sentence of 7 tokens, max_length 7": (RAGGED[:2], 7),
    "a sentence of 7 tokens, max_length 12": (RAGGED[:2], 12),
    "a sentence with commas, max_length 6": (("a film, a play, a novel",), 6),
    "a sentence of 22 tokens, max_length 9": (("good " * 20, "a film"), 9),
}


@suite.check("cuts off what is beyond `max_length` tokens")
def collate_cut(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, (sentences, most) in CUT.items():
        see = partial(_shown, code, _only("input_ids"), sentences, max_length=most)
        yield case(label, see, sentences=list(sentences), max_length=most)


@suite.check("allows 128 tokens if not told otherwise", sees="tokens of the longest sentence")
def collate_default_length(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for count in (126, 127, 200, 600):
        yield case(f"a sentence of {count} words", partial(_longest, code, count))


def _longest(code: Code, count: int) -> int:
    tokenizer = tiny_tokenizer()
    tokenizer.model_max_length = 1000
    inputs = _inputs(_collate(code, ("good " * count, "a film"), tokenizer))
    return int(expect(torch.Tensor, inputs.get("input_ids"), "input_ids").shape[-1])


@suite.check("collates the batches of a DataLoader")
def collate_in_loader(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, size in {"four sentences at a time": 4, "three sentences at a time": 3}.items():
        yield case(label, partial(_loaded, code, size))


def _loaded(code: Code, size: int) -> dict[str, Any]:
    samples = [code.dataset.Sample(sentence, i % 2, 1 - i % 2) for i, sentence in enumerate(RAGGED * 2)]
    pad = partial(code.dataset.collate, tokenizer=tiny_tokenizer(), max_length=6)
    batches = list(DataLoader(code.dataset.MultiTaskDataset(samples), batch_size=size, collate_fn=pad))
    shown = [_everything(expect(code.dataset.Batch, batch)) for batch in batches]
    return {f"{name} of batch {number}": part for number, parts in enumerate(shown, 1) for name, part in parts.items()}


@suite.check("works for sentences without words", careful=True)
def collate_empty(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, sentences in {"one, alone": ("",), "one, beside another": ("", "good")}.items():
        yield case(
            label, partial(_shown, code, _everything, sentences), sentences=[repr(sentence) for sentence in sentences]
        )


@suite.check("pads with the tokenizer's own token", careful=True)
def collate_padding(code: Code, rng: torch.Generator) -> Any:
    return _only("input_ids", "attention_mask")(_collate(code, RAGGED, _reversed_tokenizer()))


def _reversed_tokenizer() -> Any:
    """Make a tokenizer whose special tokens come last, so that padding is not 0."""
    tokens = (*WORDS, *reversed(SPECIAL))
    return BertTokenizer(vocab={token: index for index, token in enumerate(tokens)}, model_max_length=16)


@suite.check("leaves the tokenizer as it was", careful=True)
def collate_tokenizer(code: Code, rng: torch.Generator) -> Any:
    tokenizer = tiny_tokenizer()
    ids = _only("input_ids")(_collate(code, RAGGED, tokenizer, max_length=6))
    names = ("padding_side", "truncation_side", "model_max_length")
    kept = {f"the tokenizer's {name} afterwards": getattr(tokenizer, name) for name in names}
    return {**ids, **kept, "'a film' afterwards": tokenizer("a film")["input_ids"]}
