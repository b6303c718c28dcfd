"""What the checks of several exercises of `trainer.py` share."""

import contextlib
import io
import os
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import torch

# An optimizer's first step imports this, which takes half a second: better once, before the process forks.
import torch._dynamo
from torch import nn

from ..protocol.suite import Code
from .models import LONGEST, SENTENCES, SPECIAL, WORDS, mode_of_each, seed_from, tiny_model


class SmallBackbone(nn.Module):
    """A backbone built like BERT, of embeddings and layers, but with few numbers: it is made and run in no time."""

    def __init__(self, rng: torch.Generator, layers: int = 2, hidden: int = 8) -> None:
        super().__init__()
        seed_from(rng)
        self.config = SimpleNamespace(hidden_size=hidden, num_hidden_layers=layers, max_position_embeddings=LONGEST)
        self.embeddings = nn.Embedding(len(SPECIAL) + len(WORDS), hidden)
        self.encoder = nn.Module()
        self.encoder.layer = nn.ModuleList(
            nn.Sequential(nn.Linear(hidden, hidden), nn.Dropout(0.1), nn.Tanh()) for _ in range(layers)
        )

    def forward(self, input_ids: torch.Tensor, attention_mask: Any = None, **options: Any) -> SimpleNamespace:
        """Look the tokens up, and send each through the layers."""
        tokens = self.embeddings(input_ids)
        for layer in self.encoder.get_submodule("layer").children():
            tokens = tokens + layer(tokens)
        return SimpleNamespace(last_hidden_state=tokens)


def small_model(code: Code, rng: torch.Generator, dropout: bool = False, hidden: int = 8, **options: Any) -> Any:
    """Make a model on a small backbone; without dropout it computes the same in train and in eval mode."""
    model = tiny_model(code, rng, SmallBackbone(rng, hidden=hidden), **options)
    return model if dropout else without_dropout(model)


def without_dropout(model: nn.Module) -> Any:
    """Let a model compute the same in train and in eval mode."""
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return model


def weights_of(module: nn.Module) -> dict[str, torch.Tensor]:
    """Copy all weights of a module, the last ones first: those are few enough to be looked at."""
    return {name: parameter.detach().clone() for name, parameter in reversed([*module.named_parameters()])}


def what_moved(code: Code, model: nn.Module, before: dict[str, torch.Tensor]) -> dict[str, str]:
    """Tell of each part of a model whether its weights are still what they were."""
    now = weights_of(model)
    moved = {name.partition(".")[0] for name, weight in before.items() if not torch.equal(weight, now[name])}
    return {part: "moved" if part in moved else "stayed" for part in code.freezing.PARTS}


def state_of(model: nn.Module) -> dict[str, Any]:
    """Tell what a call may leave behind: modes, frozen weights, dropout, and whether gradients are recorded."""
    trains = {name: "trains" if weight.requires_grad else "frozen" for name, weight in model.named_parameters()}
    dropout = {name: module.p for name, module in model.named_modules() if isinstance(module, nn.Dropout)}
    return {
        "the modes afterwards": mode_of_each(model),
        "the weights afterwards": trains,
        "the dropout afterwards": dropout,
        "the recording of gradients afterwards": "on" if torch.is_grad_enabled() else "off",
    }


def make_dataset(code: Code, sentences: tuple[str, ...] = SENTENCES) -> Any:
    """Label sentences, three classes for task A and two for task B."""
    samples = [code.dataset.Sample(sentence, index % 3, index % 2) for index, sentence in enumerate(sentences)]
    return code.dataset.MultiTaskDataset(samples, ("red", "green", "blue"), ("sweet", "sour"))


def make_config(code: Code, **options: Any) -> Any:
    """Configure a short training with all sentences in one batch: then their order changes nothing."""
    return code.config.TrainingConfig(**{"batch_size": 16, "epochs": 3, "learning_rate": 1e-2, **options})


def without_measures(lines: list[str]) -> str:
    """Join the lines of a log, with what was measured left out: its last digit may be rounded either way."""
    return re.sub(r"\d\.\d+|undefined", "#", "\n".join(lines))


def shown(call: Callable[..., Any]) -> int:
    """Count the characters that a call writes to what it takes for a terminal."""
    screen = io.StringIO()
    with (
        patch.dict(os.environ, {"FORCE_COLOR": "1", "TERM": "xterm"}),
        contextlib.redirect_stderr(screen),
        contextlib.redirect_stdout(screen),
    ):
        call()
    return len(screen.getvalue())
