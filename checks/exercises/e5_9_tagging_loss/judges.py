"""Judges of exercise 5.9: where many answers are right."""

from typing import Any

from ...protocol.suite import Observe
from ...referee.compare import difference
from ...referee.judge import Judge
from . import checks

NO_GRAPH = "the loss is no part of the graph"


def _judge_gradients(observed: Any, expected: Any) -> str | None:
    """Tell which logits get a gradient that is not theirs."""
    if observed["backward"] is not None:
        return f"`backward` raised {observed['backward'].type}: {NO_GRAPH}"
    for name, wanted in expected.items():
        found = difference(wanted, observed[name])
        if found:
            return f"{name}: {found.problem}"
    return None


def _judge_nothing_moves(observed: Any, _: Any) -> str | None:
    """Tell whether anything came of a batch without any label."""
    if observed["backward"] is not None:
        return f"`backward` raised {observed['backward'].type}: {NO_GRAPH}"
    for name, move in observed.items():
        if name != "backward" and move.isnan().any():
            return f"{name}: the weights became not-a-number"
        if name != "backward" and move.any():
            return f"{name}: the weights moved"
    return None


JUDGES: dict[Observe, Judge] = {
    checks.gradients: _judge_gradients,
    checks.nothing_moves: _judge_nothing_moves,
}
