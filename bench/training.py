"""Training with a frozen backbone: cached features against recomputing them, against padding to 128."""

import dataclasses
from typing import Any

from solutions.config import TrainingConfig
from solutions.trainer import build_model, generated_split, train

from .comparison import Row, at_least, at_most, fastest

CACHED = TrainingConfig()
RECOMPUTED = dataclasses.replace(CACHED, cache_features=False)


class PadToMaximum:
    """A tokenizer that pads every sentence to the greatest length there may be."""

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer

    def __call__(self, sentences: list[str], padding: bool, **options: Any) -> Any:
        """Tokenize as the wrapped tokenizer does, with more padding."""
        return self.tokenizer(sentences, padding="max_length", **options)


def rows(repeats: int) -> list[Row]:
    """Compare the three ways on 800 sentences and 6 epochs."""
    train_set, _ = generated_split(CACHED)
    histories: dict[str, list[float]] = {}

    def run(name: str, config: TrainingConfig) -> None:
        models[name].load_state_dict(untrained)
        histories[name] = [epoch["loss"] for epoch in train(models[name], train_set, config)]

    models = {name: build_model(CACHED) for name in ("cached", "recomputed", "padded")}
    models["padded"].tokenizer = PadToMaximum(models["padded"].tokenizer)
    untrained = {name: tensor.clone() for name, tensor in models["cached"].state_dict().items()}
    seconds = fastest(
        {
            "cached": lambda: run("cached", CACHED),
            "recomputed": lambda: run("recomputed", RECOMPUTED),
            "padded": lambda: run("padded", RECOMPUTED),
        },
        repeats,
    )
    difference = max(abs(a - b) for a, b in zip(histories["cached"], histories["recomputed"], strict=True))
    what = "train, cached features"
    return [
        at_least(what, seconds["cached"], "backbone every epoch", seconds["recomputed"], 5),
        at_least(what, seconds["cached"], "padded to 128", seconds["padded"], 40),
        at_most("train, loss difference", difference, "backbone every epoch", 1e-5, "nats"),
    ]
