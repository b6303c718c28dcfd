"""Judges of exercise 1.5: where many answers are right."""

from typing import Any

from ...protocol.suite import Observe
from ...referee.compare import difference
from ...referee.judge import Judge
from . import checks


def _same_in_train_mode(observed: Any, expected: Any) -> str | None:
    """Judge embeddings of the same sentences: first in eval mode, then in train mode."""
    in_eval_mode, *in_train_mode = observed
    if any(difference(in_eval_mode, embeddings) for embeddings in in_train_mode):
        return "in train mode, it gives other embeddings than in eval mode: is dropout off?"
    return "the embeddings are wrong in eval mode too" if difference(expected, observed) else None


JUDGES: dict[Observe, Judge] = {
    checks.encoded_in_train_mode: _same_in_train_mode,
}
