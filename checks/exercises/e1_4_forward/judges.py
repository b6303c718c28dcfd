"""Judges of exercise 1.4: where many answers are right."""

from typing import Any

from ...protocol.suite import Observe
from ...referee.compare import difference
from ...referee.judge import Judge
from . import checks


def _dropout_is_on(observed: Any, expected: Any) -> str | None:
    """Judge two embeddings of the same sentences in train mode, and the modes that the model is in afterwards."""
    *embeddings, modes = observed
    for embedding in embeddings:
        found = difference(expected[0].norm(dim=1), embedding.norm(dim=1))
        if found or embedding.shape != expected[0].shape:
            return "in train mode, it gives no embeddings of length 1"
    if len(embeddings) != 2 or difference(*embeddings) is None:
        return "in train mode, the same sentences get the same embedding twice: dropout is off"
    return "the model is in another mode afterwards" if difference(expected[-1], modes) else None


JUDGES: dict[Observe, Judge] = {
    checks.embedded_in_train_mode: _dropout_is_on,
}
