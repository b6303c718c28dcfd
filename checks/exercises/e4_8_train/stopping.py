"""What `train` does with its last parameter, `stop`."""

from inspect import signature
from typing import Any

import torch

from ...protocol.suite import Code, expect
from ..training import make_config, make_dataset, small_model
from .unmeasured import train_unmeasured

NO_STOP = "there is no `stop`"
EPOCHS = ("no epoch", "one epoch", "two epochs", "three epochs")


def when_stopped(code: Code, rng: torch.Generator, last: int) -> Any:
    """Note each call of `log` and of `stop`, which says so after one of the epochs, and in which epoch it came."""
    if "stop" not in signature(code.trainer.train).parameters:
        return NO_STOP
    model, calls, seen = small_model(code, rng), list[str](), list[Any]()
    model.projection.register_forward_hook(lambda *_: seen.append(None))  # all sentences are in one batch

    def note(name: str) -> None:
        calls.append(f"{name}, after {EPOCHS[min(len(seen), 3)]}")  # a second pass is the matter of other checks

    def stop() -> bool:
        note("stop")
        return len(seen) >= last

    history = train_unmeasured(
        code,
        model,
        make_dataset(code),
        make_config(code, epochs=3),
        log=lambda *_: note("log"),
        stop=stop,
    )
    return {"the calls": calls, "epochs trained": len(seen), "epochs in the history": len(expect(list, history))}
