"""Judges of exercise 4.7: where many answers are right."""

from typing import Any

from ...protocol.suite import Observe
from ...referee.compare import difference
from ...referee.judge import Judge
from . import checks


def _judge_step(observed: Any, expected: Any) -> str | None:
    """Compare the weights after a step; if they are wrong, what happened says why."""
    if difference(expected["the weights"], observed["the weights"]) is None:
        return None
    events = observed["events"]
    if "loss" not in events:
        return "the loss did not come from the criterion: it was never called"
    if "step" not in events:
        return "the optimizer never stepped" if "backward" in events else "nothing went backward and nothing moved"
    if "backward" not in events:
        return "nothing went backward through the loss"
    if events.index("step") < events.index("backward"):
        return "the optimizer stepped before there were gradients"
    if "moved" not in observed["what moved"].values():
        return "the gradients were gone when the optimizer stepped"
    for event, name in (("step", "the optimizer stepped"), ("backward", "the loss was gone back through")):
        if events.count(event) > 1:
            return f"{name} {events.count(event)} times in one step"
    return "the weights moved, but not one step against the gradient of the criterion's loss"


def _judge_run(observed: Any, expected: Any) -> str | None:
    """Compare the loss with that of the output: dropout gives other numbers in every run of the model."""
    found = difference(observed["the loss"], observed["the loss of the output"], slack=10)
    if found is None:
        return None
    if not all(isinstance(number, float) for number in observed.values()):
        return f"no loss can be compared with that of the output: {found.problem}"
    given, again = observed.values()
    return (
        f"the loss is {given:.4g}, but that of the output is {again:.4g}: "
        "the output comes from another run of the model, or the loss is not that of the criterion"
    )


JUDGES: dict[Observe, Judge] = {
    checks.one_step: _judge_step,
    checks.same_dropout: _judge_run,
}
