"""Judges of exercise 4.7: where many answers are right."""

from typing import Any

from ...protocol.suite import Observe
from ...referee.compare import difference
from ...referee.judge import Judge
from . import checks


def _judge_step(observed: Any, expected: Any) -> str | None:
    """Compare the weights after a step; if they are wrong, the order of the events says why."""
    events = observed["events"]
    if difference(expected["weights"], observed["weights"]) is None:
        return None
    if "step" not in events:
        return "the optimizer never stepped" if "backward" in events else "nothing went backward and nothing moved"
    if "backward" not in events:
        return "nothing went backward through the loss"
    if events.index("step") < events.index("backward"):
        return "the optimizer stepped before there were gradients"
    if not observed["moved"]:
        return "the gradients were gone when the optimizer stepped"
    return "the weights moved, but not one step against the gradient of the loss"


JUDGES: dict[Observe, Judge] = {
    checks.one_step: _judge_step,
}
