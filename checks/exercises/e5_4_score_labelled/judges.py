"""Judges of exercise 5.4: where many answers are right."""

from typing import Any

from ...protocol.suite import Observe
from ...referee.compare import difference
from ...referee.judge import Judge
from . import checks

NO_GRAPH = "the loss is no part of the graph"


def _judge_gradients(observed: Any, expected: Any) -> str | None:
    """Tell which sentences move the weights."""
    if observed["backward"] is not None:
        return f"`backward` raised {observed['backward'].type}: {NO_GRAPH}"
    if difference(expected["unlabelled"], observed["unlabelled"]):
        return "a sentence without a label gets a gradient"
    if not observed["labelled"].any():
        return "no gradient reaches the logits"
    found = difference(expected["labelled"], observed["labelled"])
    return f"the gradients are not those of the mean over the labelled sentences: {found.problem}" if found else None


def _judge_nothing_moves(observed: Any, _: Any) -> str | None:
    """Tell whether anything came of a batch without any label."""
    if observed["backward"] is not None:
        return f"`backward` raised {observed['backward'].type}: {NO_GRAPH}"
    if observed["moved"].isnan().any():
        return "the weights became not-a-number"
    return "the weights moved" if observed["moved"].any() else None


JUDGES: dict[Observe, Judge] = {
    checks.gradients: _judge_gradients,
    checks.nothing_moves: _judge_nothing_moves,
}
