"""Judges of exercise 4.8: an answer may be older than what came to `train` last."""

from typing import Any

from ...protocol.suite import Observe
from ...referee.compare import difference
from ...referee.judge import Judge
from . import checks
from .resuming import NO_NUMBERS, NO_SNAPSHOTS, NO_WARM_UP
from .stopping import NO_STOP

# Whoever has written one of these has met no `stop`, no `snapshots` ... in the signature.
OLDER = (NO_STOP, NO_NUMBERS, NO_SNAPSHOTS, NO_WARM_UP)


def _judge(observed: Any, expected: Any) -> str | None:
    if isinstance(observed, str) and observed in OLDER:
        return None
    found = difference(expected, observed)
    return found.sentence if found else None


JUDGES: dict[Observe, Judge] = {
    checks.stopped: _judge,
    checks.log_numbers: _judge,
    checks.resumed: _judge,
    checks.warmed_up: _judge,
}
