"""A training whose metrics nobody looks at."""

from copy import deepcopy
from typing import Any
from unittest.mock import patch

from ...protocol.suite import Code

METRICS = {"accuracy": 1.0, "precision": 1.0, "recall": 1.0, "f1": 1.0, "confusion_matrix": [[1, 0], [0, 1]]}


def train_unmeasured(code: Code, *arguments: Any, **options: Any) -> Any:
    """Call `train` with metrics that are always the same: those of ten sentences take longer than their training."""
    with patch.object(code.trainer, "task_metrics", lambda *_, **__: deepcopy(METRICS), create=True):
        return code.trainer.train(*arguments, **options)
