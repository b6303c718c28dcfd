"""Checks of exercise 3.3, `rebalance`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch

from ...protocol.suite import Case, Code, Suite, case, expect, expect_parts

suite = Suite(sees="the new weights")

ORDINARY = ((0.6, 0.8), (1.0, 1.0), (3.0, 5.0))
UNUSUAL = ((0.0, 1.0), (1.0, 0.0), (1234.5, 0.0625), (0.00375, 777.0))


def _weights(rebalance: Any, alpha: float, beta: float, strategy: Any) -> dict[str, Any]:
    """Rebalance two weights, and call what comes back by its names."""
    found = expect(tuple, rebalance(alpha, beta, strategy), "the new weights")
    return dict(zip(("alpha", "beta"), expect_parts(found, "alpha", "beta"), strict=True))


def _cases(code: Code, pairs: tuple[tuple[float, float], ...], *values: str) -> Iterator[Case]:
    """Rebalance each pair of weights under each of some strategies."""
    for alpha, beta in pairs:
        for strategy in map(code.config.FreezeStrategy, values):
            see = partial(_weights, code.freezing.rebalance, alpha, beta, strategy)
            yield case(f"alpha {alpha}, beta {beta}, the strategy '{strategy.value}'", see)


@suite.check("halves task A's weight where task A's head is frozen")
def frozen_head_a(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return _cases(code, ORDINARY, "head-a")


@suite.check("halves task B's weight where task B's head is frozen")
def frozen_head_b(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return _cases(code, ORDINARY, "head-b")


@suite.check("leaves both weights alone where no head is frozen")
def no_frozen_head(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return _cases(code, ORDINARY, "nothing", "backbone")


@suite.check("leaves both weights alone where everything is frozen")
def both_heads_frozen(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return _cases(code, ORDINARY, "everything")


@suite.check("does so with any weight: large, odd, tiny and zero")
def any_weight(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return _cases(code, UNUSUAL, *code.config.FreezeStrategy)
