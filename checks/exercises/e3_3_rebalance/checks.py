"""Checks of exercise 3.3, `rebalance`."""

from typing import Any

import torch

from ...protocol.suite import Code, Suite

suite = Suite()


@suite.check("halves task A's weight where task A's head is frozen")
def frozen_head_a(code: Code, rng: torch.Generator) -> Any:
    return code.freezing.rebalance(0.6, 0.8, code.config.FreezeStrategy.HEAD_A)


@suite.check("halves task B's weight where task B's head is frozen")
def frozen_head_b(code: Code, rng: torch.Generator) -> Any:
    return code.freezing.rebalance(0.6, 0.8, code.config.FreezeStrategy.HEAD_B)


@suite.check("leaves both weights alone where no head is frozen")
def no_frozen_head(code: Code, rng: torch.Generator) -> Any:
    strategies = code.config.FreezeStrategy
    unchanged = (strategies.NOTHING, strategies.BACKBONE)
    return {strategy.value: code.freezing.rebalance(0.6, 0.8, strategy) for strategy in unchanged}


@suite.check("leaves both weights alone where everything is frozen")
def both_heads_frozen(code: Code, rng: torch.Generator) -> Any:
    return code.freezing.rebalance(0.6, 0.8, code.config.FreezeStrategy.EVERYTHING)


@suite.check("halves any weight: large, odd, tiny and zero")
def any_weight(code: Code, rng: torch.Generator) -> Any:
    strategies = code.config.FreezeStrategy
    pairs = ((3.0, 5.0), (0.0, 1.0), (1.0, 0.0), (1234.5, 0.0625), (0.00375, 777.0))
    return {
        f"{strategy.value}, alpha {pair[0]}, beta {pair[1]}": code.freezing.rebalance(*pair, strategy)
        for strategy in strategies
        for pair in pairs
    }
