"""Everything that can be chosen about a training run, as plain data: no torch, so `--help` stays fast."""

import math
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any


class FreezeStrategy(StrEnum):
    """Which part of the model keeps its weights while the rest trains."""

    NOTHING = "nothing"
    BACKBONE = "backbone"
    HEAD_A = "head-a"
    HEAD_B = "head-b"
    EVERYTHING = "everything"


class Pooling(StrEnum):
    """How the token embeddings of a sentence become one vector."""

    MEAN = "mean"
    MAX = "max"


class Weighting(StrEnum):
    """How the two losses become one: fixed `alpha` and `beta`, or learned from the data."""

    FIXED = "fixed"
    UNCERTAINTY = "uncertainty"


class Split(StrEnum):
    """How sentences are divided into training and test set."""

    RANDOM = "random"
    LEAK_FREE = "leak-free"


@dataclass(frozen=True)
class TrainingConfig:
    """The model, the data and the optimization of one run. The defaults are the original experiment's.

    Only the backbone differs: the original used `distilbert-base-uncased`, which has to be downloaded.

    Attributes:
        backbone: `minilm` (bundled), a hub id, or a local folder.
        pooling: How token embeddings are pooled.
        dim: Width of the sentence embedding.
        max_length: Longest sentence in tokens; what is beyond it is cut off.
        dropout: Dropout probability inside both heads.
        dataset_size: Generated sentences, training and test together; divisible by 4.
        split: How they are divided.
        disjoint_words: In a leak-free split, keep the content words apart as well.
        test_fraction: Share of the sentences that is held out for testing.
        freeze: Which part keeps its weights.
        unfreeze: Progressive unfreezing as `(epoch, layers)` pairs: from that epoch on (counted from 1), so
            many of the backbone's top layer groups train.
        layer_decay: The learning rate of each layer group, as a multiple of the one above it.
        weighting: Fixed loss weights, or learned ones.
        weighting_learning_rate: AdamW's learning rate for learned loss weights.
        alpha: Fixed weight of task A's loss.
        beta: Fixed weight of task B's loss.
        rebalance: Halve the fixed loss weight of a frozen head.
        batch_size: Sentences per optimization step.
        learning_rate: AdamW's learning rate.
        weight_decay: AdamW's decoupled weight decay.
        epochs: Passes over the training set.
        cache_features: With a frozen backbone, run it once and reuse its features in every epoch.
        seed: Seed of the weights, the data, the split, the order of the batches and the dropout.

    Raises:
        ValueError: A value is out of its range, or two of them contradict each other.
    """

    backbone: str = "minilm"
    pooling: Pooling = Pooling.MEAN
    dim: int = 512
    max_length: int = 128
    dropout: float = 0.5
    dataset_size: int = 1000
    split: Split = Split.RANDOM
    disjoint_words: bool = False
    test_fraction: float = 0.2
    freeze: FreezeStrategy = FreezeStrategy.BACKBONE
    unfreeze: tuple[tuple[int, int], ...] = ()
    layer_decay: float = 1.0
    weighting: Weighting = Weighting.FIXED
    weighting_learning_rate: float = 1e-2
    alpha: float = 0.6
    beta: float = 0.8
    rebalance: bool = True
    batch_size: int = 32
    learning_rate: float = 1e-5
    weight_decay: float = 1e-5
    epochs: int = 6
    cache_features: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        self._convert_choices()
        self._check_types()
        for name, (least, most) in BOUNDS.items():
            self._require(name, least <= getattr(self, name) <= most, f"from {least} to {most}")
        for name in ("alpha", "beta", "weight_decay"):
            self._require(name, getattr(self, name) >= 0, "at least 0")
        for name in ("learning_rate", "weighting_learning_rate"):
            self._require(name, getattr(self, name) > 0, "greater than 0")
        self._require("layer_decay", 0 < self.layer_decay <= 1, "greater than 0 and at most 1")
        self._require("dataset_size", self.dataset_size > 0 and self.dataset_size % 4 == 0, "a positive multiple of 4")
        self._require("dropout", 0 <= self.dropout < 1, "at least 0 and less than 1")
        self._require("test_fraction", 0 < self.test_fraction < 1, "between 0 and 1")
        self._check_contradictions()

    def _convert_choices(self) -> None:
        """Accept the plain text of a choice, as JSON and notebooks have it."""
        for name, choices in CHOICES.items():
            allowed = [choice.value for choice in choices]
            self._require(name, getattr(self, name) in allowed, f"one of {', '.join(allowed)}")
            object.__setattr__(self, name, choices(getattr(self, name)))

    def _check_types(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(field.default, bool):
                self._require(field.name, isinstance(value, bool), "true or false")
            elif isinstance(field.default, int):
                self._require(field.name, type(value) is int, "a whole number")
            elif isinstance(field.default, str):
                self._require(field.name, isinstance(value, str), "text")
            elif isinstance(field.default, float):
                self._require(field.name, type(value) in (int, float) and math.isfinite(value), "a finite number")

    def _check_contradictions(self) -> None:
        numbers = [number for pair in self.unfreeze for number in pair]
        self._require("unfreeze", all(type(number) is int for number in numbers), "pairs of whole numbers")
        starts = [epoch for epoch, _ in self.unfreeze]
        self._require(
            "unfreeze",
            len(set(starts)) == len(starts) and all(1 <= epoch <= self.epochs for epoch in starts),
            f"pairs that start in different epochs from 1 to {self.epochs}",
        )
        self._require(
            "unfreeze",
            not self.unfreeze or self.freeze is FreezeStrategy.BACKBONE,
            f"empty unless freeze is 'backbone', and freeze is {self.freeze.value!r}",
        )
        self._require(
            "disjoint_words",
            not self.disjoint_words or self.split is Split.LEAK_FREE,
            f"off unless split is 'leak-free', and split is {self.split.value!r}",
        )

    def _require(self, name: str, holds: bool, allowed: str) -> None:
        if not holds:
            raise ValueError(f"{name} is {getattr(self, name)!r}, but must be {allowed}")

    def model_options(self) -> dict[str, Any]:
        """Give the options of the model that do not depend on the data."""
        names = ("pooling", "dim", "max_length", "dropout")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "TrainingConfig":
        """Read a configuration back from the JSON form that `dataclasses.asdict` gives.

        Raises:
            ValueError: A field is unknown, or has a value that is not allowed.
        """
        unknown = set(values) - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"unknown configuration field: {', '.join(sorted(unknown))}")
        unfreeze = tuple((epoch, layers) for epoch, layers in values.get("unfreeze", ()))
        return cls(**{**values, "unfreeze": unfreeze})


BOUNDS = {
    "dim": (2, 65536),
    "max_length": (3, 65536),
    "batch_size": (1, 65536),
    "epochs": (1, 10**6),
    "seed": (0, 2**32 - 1),
}

CHOICES: dict[str, type[StrEnum]] = {
    "pooling": Pooling,
    "split": Split,
    "freeze": FreezeStrategy,
    "weighting": Weighting,
}
