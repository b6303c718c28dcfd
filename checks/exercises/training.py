"""What the checks of several exercises of `trainer.py` share."""

import contextlib
import io
import os
import re
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import torch

# An optimizer's first step imports this, which takes half a second: better once, before the process forks.
import torch._dynamo
from torch import nn

from ..protocol.suite import Code
from .models import SENTENCES


def weights_of(module: nn.Module) -> dict[str, torch.Tensor]:
    """Copy all weights of a module."""
    return {name: parameter.detach().clone() for name, parameter in module.named_parameters()}


def moved_parts(code: Code, model: nn.Module, before: dict[str, torch.Tensor]) -> list[str]:
    """List the parts of a model whose weights are no longer what they were."""
    moved = {
        name.partition(".")[0] for name, weight in weights_of(model).items() if not torch.equal(weight, before[name])
    }
    return [part for part in code.freezing.PARTS if part in moved]


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
