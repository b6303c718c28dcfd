"""What `train` does with what came to it last: numbers for `log`, `snapshots`, and the steps of a warm-up.

Only that is looked at: what an epoch gives, and when `log` and `stop` are called, are the matter of other checks.
"""

import copy
from inspect import signature
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_post_hook

from ...protocol.suite import Code
from ..inputs import outcome
from ..training import make_config, make_dataset, small_model
from .unmeasured import METRICS, train_unmeasured

NO_NUMBERS, NO_SNAPSHOTS, NO_WARM_UP = "`log` gets text alone", "there is no `snapshots`", "the rate stays the same"
DONE = {"loss": 1.0, "taskA": METRICS, "taskB": METRICS}  # an epoch that is restored


def numbers_logged(code: Code, rng: torch.Generator, epochs: int) -> Any:
    """Note what `log` gets besides the text."""
    calls = dict[str, Any]()

    def log(text: Any, *numbers: Any) -> None:
        calls[f"call {len(calls) + 1}"] = _numbers(str(text), numbers[0]) if numbers else NO_NUMBERS

    train_unmeasured(code, small_model(code, rng), make_dataset(code), make_config(code, epochs=epochs), log=log)
    return NO_NUMBERS if calls and all(call == NO_NUMBERS for call in calls.values()) else calls


def _numbers(text: str, numbers: Any) -> Any:
    if not isinstance(numbers, dict):
        return numbers
    loss = numbers.get("loss")
    as_in_text = isinstance(loss, float) and f"Loss: {loss:.4f}" in text
    return {
        "the epoch": numbers.get("epoch"),
        "the loss": "as in the text" if as_in_text else "another than in the text",
        "all of them": sorted(map(str, numbers)),
    }


class Recorder:
    """Snapshots that note what they are asked."""

    def __init__(self, done: int) -> None:
        self.done = done
        self.shown = list[str]()
        self.saved = list[Any]()

    def restore(self, model: Any, criterion: Any, optimizer: Any, batches: Any) -> list[Any]:
        """Look at the parts of a training."""
        kinds = {
            "the model": isinstance(model, nn.Module) and hasattr(model, "transformer"),
            "the criterion": isinstance(criterion, nn.Module) and not hasattr(criterion, "transformer"),
            "the optimizer": isinstance(optimizer, Optimizer),
            "the batches": hasattr(batches, "__iter__"),
        }
        self.shown += [name for name, is_one in kinds.items() if is_one]
        return [copy.deepcopy(DONE) for _ in range(self.done)]

    def save(self, history: Any) -> None:
        """Look at the history."""
        self.saved.append(len(history) if isinstance(history, list) else history)


def when_resumed(code: Code, rng: torch.Generator, done: int) -> Any:
    """Note what `snapshots` is asked, where some of three epochs are done already."""
    if "snapshots" not in signature(code.trainer.train).parameters:
        return NO_SNAPSHOTS
    model, snapshots, seen, early = small_model(code, rng), Recorder(done), list[Any](), list[str]()
    # All sentences are in one batch; whoever only measures records no gradients.
    model.projection.register_forward_hook(lambda *_: seen.append(None) if torch.is_grad_enabled() else None)

    def note(name: str) -> bool:
        if len(snapshots.saved) >= len(seen):
            early.append(name)
        return False

    config, stop = make_config(code, epochs=3), lambda: note("`stop`")
    log = lambda *_: note("`log`")  # noqa: E731
    train_unmeasured(code, model, make_dataset(code), config, log=log, stop=stop, snapshots=snapshots)
    return {
        "shown to `restore`": snapshots.shown,
        "epochs trained": len(seen),
        "epochs in each history that was saved": snapshots.saved,
        "called after an epoch was saved, not before": sorted(set(early)),
    }


def when_warmed_up(code: Code, rng: torch.Generator) -> Any:
    """Note the learning rate of each step of a warm-up, as a share of the full one."""
    rates = list[float]()
    hook = register_optimizer_step_post_hook(lambda optimizer, *_: rates.append(optimizer.param_groups[0]["lr"]))
    config = make_config(code, epochs=1, batch_size=1, warmup_ratio=0.5)
    try:
        outcome(lambda: train_unmeasured(code, small_model(code, rng), make_dataset(code), config))
    finally:
        hook.remove()
    shares = [round(rate / config.learning_rate, 6) for rate in rates]
    return NO_WARM_UP if set(shares) <= {1.0} else shares
