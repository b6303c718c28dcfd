"""Everything that can be chosen about a training run, as plain data: no torch, so `--help` stays fast.

Each option stands here once, with its default, its bounds and its help: the command line, the checks of values and the
reference are made from it.
"""

import dataclasses
import operator
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, NamedTuple, Self


class Choice(StrEnum):
    """One of a few names; what is none of them is refused by name and value."""

    @classmethod
    def _missing_(cls, value: object) -> None:
        raise ValueError(f"{cls.__name__} is {value!r}, but must be one of {', '.join(cls)}")

    def __repr__(self) -> str:
        return repr(self.value)


class FreezeStrategy(Choice):
    """Which part of the model keeps its weights while the rest trains."""

    NOTHING = "nothing"
    BACKBONE = "backbone"
    HEAD_A = "head-a"
    HEAD_B = "head-b"
    EVERYTHING = "everything"


class Pooling(Choice):
    """How the token embeddings of a sentence become one vector."""

    MEAN = "mean"
    MAX = "max"


class Precision(Choice):
    """In which numbers the matrix products of inference are computed."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"


class Weighting(Choice):
    """How the two losses become one: fixed `alpha` and `beta`, or learned from the data."""

    FIXED = "fixed"
    UNCERTAINTY = "uncertainty"


class Split(Choice):
    """How generated sentences and those of a CSV are divided; reviews always stay whole."""

    RANDOM = "random"
    LEAK_FREE = "leak-free"


class Rule(NamedTuple):
    """What a value has to be: in words, and as a test."""

    words: str
    holds: Callable[[Any], bool]


def as_typed(each: "dataclasses.Field[Any]", value: Any) -> str:
    """Write an option as on the command line."""
    name = each.metadata["flag"] or f"--{each.name.replace('_', '-')}"
    if isinstance(value, bool):
        return name if value else name.replace("--", "--no-")
    if isinstance(value, tuple):
        return f"{name} {','.join(f'{epoch}:{layers}' for epoch, layers in value) or repr('')}"
    return f"{name} {value}"


def within(least: int, most: int) -> Rule:
    """Allow whole numbers from one to another, both included."""
    return Rule(f"from {least} to {most}", lambda value: least <= value <= most)


ANYTHING = Rule("", lambda value: True)
SHARE = Rule("between 0 and 1", lambda value: 0 < value < 1)
PART = Rule("at least 0 and less than 1", lambda value: 0 <= value < 1)
AT_LEAST_0 = Rule("at least 0", lambda value: value >= 0)
ABOVE_0 = Rule("greater than 0", lambda value: value > 0)


def option(default: Any, help: str, rule: Rule = ANYTHING, flag: str = "") -> Any:
    """Describe a field: its default, which also fixes its type, its help, its bounds, and its name if that differs."""
    return field(default=default, metadata={"help": help, "rule": rule, "flag": flag})


def allowed(each: "dataclasses.Field[Any]") -> str:
    """Say what values a field may have."""
    rule: Rule = each.metadata["rule"]
    return f"one of {', '.join(type(each.default))}" if isinstance(each.default, Choice) else rule.words


@dataclass(frozen=True)
class Config:
    """What every configuration has, and how it checks itself.

    Raises:
        ValueError: A value is out of its range, or two of them contradict each other.
    """

    seed: int = option(0, "of the weights, the data, the order of the batches and the dropout", within(0, 2**32 - 1))

    def __post_init__(self) -> None:
        for each in fields(self):
            self._check_type(each)
            rule: Rule = each.metadata["rule"]
            self._require(each.name, rule.holds(getattr(self, each.name)), rule.words)

    def _check_type(self, each: "dataclasses.Field[Any]") -> None:
        value, default = getattr(self, each.name), each.default
        if isinstance(default, Choice):  # its plain text will do, as JSON, notebooks and the command line have it
            self._require(each.name, value in list(type(default)), allowed(each))
            object.__setattr__(self, each.name, type(default)(value))
        elif isinstance(default, bool):
            self._require(each.name, isinstance(value, bool), "true or false")
        elif isinstance(default, int):
            self._require(each.name, type(value) is int, "a whole number")
        elif isinstance(default, str):
            self._require(each.name, isinstance(value, str), "text")
        elif isinstance(default, float):
            self._require(
                each.name, type(value) in (int, float) and abs(value) <= sys.float_info.max, "a finite number"
            )

    def _require(self, name: str, holds: bool, allowed: str) -> None:
        if not holds:
            raise ValueError(f"{name} is {getattr(self, name)!r}, but must be {allowed}")


@dataclass(frozen=True)
class ModelConfig(Config):
    """The model: a pretrained encoder, and what stands above it.

    Only the default of the backbone differs from the original's `distilbert-base-uncased`, which has to be downloaded.
    """

    backbone: str = option("minilm", "minilm (bundled), mpnet, a hub id such as distilbert-base-uncased, or a folder")
    pooling: Pooling = option(Pooling.MEAN, "how the tokens of a sentence become one vector")
    dim: int = option(512, "width of the sentence embedding", within(2, 65536), flag="--embed-dim")
    max_length: int = option(128, "longest sentence in tokens; what is beyond it is cut off", within(3, 65536))
    dropout: float = option(0.5, "inside both heads", PART)

    @property
    def encoder_options(self) -> dict[str, Any]:
        """What a `SentenceTransformer` takes besides the backbone."""
        return {"pooling": self.pooling, "dim": self.dim, "max_length": self.max_length}


@dataclass(frozen=True)
class DataConfig(Config):
    """The sentences: generated, real or your own, and how they are divided."""

    data: str = option("", "reviews, or a CSV with the columns sentence,taskA,taskB; if none, sentences are generated")
    dataset_size: int = option(
        1000,
        "sentences to generate, or to take of the reviews",
        Rule("a positive multiple of 4", lambda value: value > 0 and value % 4 == 0),
    )
    threshold: float = option(
        0.5,
        "reviews rated beyond it, from -4 to 4, are positive or negative",
        Rule("at least 0 and less than 4", lambda value: 0 <= value < 4),
    )
    split: Split = option(Split.RANDOM, "leak-free: no template on both sides; reviews are always kept whole")
    disjoint_words: bool = option(False, "leak-free: no content word on both sides either")
    test_fraction: float = option(0.2, "share held out for testing", SHARE)
    validation_fraction: float = option(
        0.0,
        "share held out to choose the best epoch by",
        PART,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require(
            "validation_fraction",
            self.validation_fraction + self.test_fraction < 1,
            f"less than {1 - self.test_fraction:g}, what test_fraction leaves",
        )
        default = DataConfig.threshold
        self._require(
            "threshold",
            self.data == "reviews" or self.threshold == default,
            f"{default} unless data is 'reviews', and data is {self.data!r}",
        )
        leak_free = self.split is Split.LEAK_FREE
        self._require("split", not (leak_free and self.data), "'random' with sentences that have no templates")
        self._require(
            "disjoint_words",
            leak_free or not self.disjoint_words,
            f"off unless split is 'leak-free', and split is {self.split!r}",
        )


@dataclass(frozen=True)
class OptimizerConfig(Config):
    """The optimization: what trains, on which loss, for how long. The defaults are the original experiment's."""

    freeze: FreezeStrategy = option(FreezeStrategy.BACKBONE, "the part that keeps its weights")
    unfreeze: tuple[tuple[int, int], ...] = option((), "EPOCH:LAYERS,...: top layers that train from an epoch on")
    layer_decay: float = option(
        1.0,
        "learning rate of a layer over the one above",
        Rule("greater than 0 and at most 1", lambda value: 0 < value <= 1),
    )
    weighting: Weighting = option(Weighting.FIXED, "of the two losses")
    weighting_learning_rate: float = option(1e-2, "AdamW's, of learned weights", ABOVE_0)
    alpha: float = option(0.6, "fixed weight of task A's loss", AT_LEAST_0)
    beta: float = option(0.8, "fixed weight of task B's loss", AT_LEAST_0)
    rebalance: bool = option(True, "halve the fixed weight of a frozen head")
    batch_size: int = option(32, "sentences in a step", within(1, 65536))
    learning_rate: float = option(1e-5, "AdamW's, the size of a step", ABOVE_0)
    weight_decay: float = option(1e-5, "AdamW's, decoupled", AT_LEAST_0)
    max_grad_norm: float = option(0.0, "norm that a longer gradient of the model is clipped to; 0: none is", AT_LEAST_0)
    warmup_ratio: float = option(
        0.0,
        "share of the steps in which the learning rate rises, before it falls to 0; 0: it stays the same",
        PART,
    )
    epochs: int = option(6, "passes over the training sentences", within(1, 10**6))
    patience: int = option(
        0, "epochs in a row without a smaller validation loss that end the training; 0: none do", within(0, 10**6)
    )
    cache_features: bool = option(True, "run a frozen backbone once, and reuse its features in every epoch")

    def __post_init__(self) -> None:
        object.__setattr__(self, "unfreeze", milestones(self.unfreeze))
        super().__post_init__()
        starts = [epoch for epoch, _ in self.unfreeze]
        self._require(
            "unfreeze",
            len(set(starts)) == len(starts) and all(1 <= epoch <= self.epochs for epoch in starts),
            f"pairs that start in different epochs from 1 to {self.epochs}",
        )
        self._require(
            "unfreeze",
            not self.unfreeze or self.freeze is FreezeStrategy.BACKBONE,
            f"empty unless freeze is 'backbone', and freeze is {self.freeze!r}",
        )


@dataclass(frozen=True)
class TrainingConfig(OptimizerConfig, DataConfig, ModelConfig):
    """A whole run: the model, the data and the optimization, with one seed. The defaults are the original's."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require(
            "patience",
            not self.patience or self.validation_fraction > 0,
            "0 where validation_fraction is 0: nothing to watch",
        )

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Read a configuration back from the JSON form that `dataclasses.asdict` gives.

        Raises:
            ValueError: A field is unknown, or has a value that is not allowed.
        """
        unknown = set(values) - {each.name for each in fields(cls)}
        if unknown:
            raise ValueError(f"unknown configuration field: {', '.join(sorted(unknown))}")
        return cls(**values)


def milestones(given: str | Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    """Read `3:1,5:2`, or `((3, 1), (5, 2))`, as: from epoch 3 on the top layer trains, from epoch 5 on the top two.

    Raises:
        ValueError: It is neither.
    """
    try:
        pairs = [pair.split(":") for pair in given.split(",") if pair] if isinstance(given, str) else given
        return tuple((_whole(epoch), _whole(layers)) for epoch, layers in pairs)
    except (TypeError, ValueError):
        raise ValueError(f"unfreeze is {given!r}, but must look like 3:1,5:2 (from EPOCH on, top LAYERS)") from None


def _whole(number: str | int) -> int:
    return int(number) if isinstance(number, str) else operator.index(number)
