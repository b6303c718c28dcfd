"""Judges of exercise 1.4: where many answers are right."""

from typing import Any

from ...protocol.suite import Observe
from ...referee.compare import difference
from ...referee.judge import Judge
from . import checks


def _dropout_is_on(observed: Any, expected: Any) -> str | None:
    """Judge two embeddings of the same sentences in train mode."""
    for wanted, embedding in zip(expected, observed, strict=True):
        if embedding.shape != wanted.shape:
            return f"the embeddings: expected shape {tuple(wanted.shape)}, got {tuple(embedding.shape)}"
        if difference(wanted.norm(dim=1), embedding.norm(dim=1)):
            return "the embeddings have another length than 1"
    if difference(*observed) is None:
        return "the same sentences get the same embedding twice: dropout is off"
    return None


JUDGES: dict[Observe, Judge] = {
    checks.embedded_in_train_mode: _dropout_is_on,
}
