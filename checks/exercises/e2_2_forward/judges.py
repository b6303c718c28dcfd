"""Judges of exercise 2.2: where many answers are right."""

from typing import Any

from ...protocol.suite import Observe
from ...referee.compare import difference
from ...referee.judge import Judge
from . import checks


def _judge_runs(observed: Any, expected: Any) -> str | None:
    """Tell how often the transformer ran."""
    if difference(expected, observed) is None:
        return None
    counts = " and ".join(f"{runs} times {mode}" for mode, runs in observed.items())
    return f"the transformer ran {counts}, not once"


def _judge_same(observed: Any, expected: Any) -> str | None:
    """Tell whether both heads saw the embeddings that were returned."""
    if difference(expected, observed) is None:
        return None
    return "in train mode, the logits are not what the heads make of the embeddings that are returned"


JUDGES: dict[Observe, Judge] = {
    checks.one_run: _judge_runs,
    checks.same_embeddings: _judge_same,
}
