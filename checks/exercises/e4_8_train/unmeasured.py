"""A training whose metrics nobody looks at."""

from typing import Any
from unittest.mock import patch

from ...protocol.suite import Code

SHARES = dict.fromkeys(("accuracy", "precision", "recall", "f1"), 1.0)


def train_unmeasured(code: Code, *arguments: Any, **options: Any) -> Any:
    """Call `train` with metrics that are always the same: those of ten sentences take longer than their training."""
    metrics = lambda *_, **__: {**SHARES, "confusion_matrix": [[1, 0], [0, 1]]}  # noqa: E731
    with patch.object(code.trainer, "task_metrics", metrics, create=True):
        return code.trainer.train(*arguments, **options)
