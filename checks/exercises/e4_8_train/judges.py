"""Judge of exercise 4.8: an answer may be older than the last parameter of `train`."""

from typing import Any

from ...protocol.suite import Observe
from ...referee.compare import difference
from ...referee.judge import Judge
from . import checks
from .stopping import NO_STOP


def _judge_stop(observed: Any, expected: Any) -> str | None:
    if observed == NO_STOP:  # written before `stop` was in the signature: nothing else calls `train` with it
        return None
    found = difference(expected, observed)
    return found.sentence if found else None


JUDGES: dict[Observe, Judge] = {checks.stopped: _judge_stop}
