"""How much time does a frozen backbone save, if its features are computed once?"""

import time
from typing import Any

from solutions.config import TrainingConfig
from solutions.trainer import build_model, generated_split, train

SEEDS = range(3)
SETTINGS = {
    "features cached": {"cached": True, "padding": "batch"},
    "backbone in every epoch": {"cached": False, "padding": "batch"},
    "padded to 128 tokens": {"cached": False, "padding": "max_length"},
}


class Padded:
    """A tokenizer that pads in the way it is told, whatever it is asked."""

    def __init__(self, tokenizer: Any, padding: str) -> None:
        self.tokenizer = tokenizer
        self.padding = padding

    def __call__(self, sentences: list[str], padding: bool, **options: Any) -> Any:
        """Tokenize as the wrapped tokenizer does."""
        return self.tokenizer(sentences, padding=self.padding, **options)


def measure(seed: int, cached: bool, padding: str) -> dict[str, float]:
    """Time one training with the original's settings: 800 sentences, six epochs."""
    config = TrainingConfig(seed=seed, cache_features=cached)
    train_set, _ = generated_split(config)
    model = build_model(config)
    if padding != "batch":
        model.tokenizer = Padded(model.tokenizer, padding)
    start = time.perf_counter()
    history = train(model, train_set, config)
    return {"seconds": time.perf_counter() - start, "loss": history[-1]["loss"]}


def derive(summary: dict[str, Any]) -> dict[str, float]:
    """Compare the fastest runs: what is slower was disturbed."""
    fastest = {setting: measures["seconds"]["min"] for setting, measures in summary.items()}
    return {
        "faster than every epoch": fastest["backbone in every epoch"] / fastest["features cached"],
        "faster than padded": fastest["padded to 128 tokens"] / fastest["features cached"],
    }
