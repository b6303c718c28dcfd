"""Checks of exercise 3.3, `rebalance`."""

from typing import Any

import torch

from ...exercise import exercise

rebalance = exercise("3.3")


@rebalance.check("halves task A's weight where task A's head is frozen")
def frozen_head_a(course: Any, rng: torch.Generator) -> Any:
    return course.freezing.rebalance(0.6, 0.8, course.config.FreezeStrategy.HEAD_A)


@rebalance.check("halves task B's weight where task B's head is frozen")
def frozen_head_b(course: Any, rng: torch.Generator) -> Any:
    return course.freezing.rebalance(0.6, 0.8, course.config.FreezeStrategy.HEAD_B)


@rebalance.check("leaves both weights alone where no head is frozen")
def no_frozen_head(course: Any, rng: torch.Generator) -> Any:
    strategies = course.config.FreezeStrategy
    unchanged = (strategies.NOTHING, strategies.BACKBONE)
    return {strategy.value: course.freezing.rebalance(0.6, 0.8, strategy) for strategy in unchanged}


@rebalance.check("leaves both weights alone where everything is frozen")
def both_heads_frozen(course: Any, rng: torch.Generator) -> Any:
    return course.freezing.rebalance(0.6, 0.8, course.config.FreezeStrategy.EVERYTHING)


@rebalance.check("halves any weight: large, odd, tiny and zero")
def any_weight(course: Any, rng: torch.Generator) -> Any:
    strategies = course.config.FreezeStrategy
    pairs = ((3.0, 5.0), (0.0, 1.0), (1.0, 0.0), (1234.5, 0.0625), (0.00375, 777.0))
    return {
        f"{strategy.value}, alpha {pair[0]}, beta {pair[1]}": course.freezing.rebalance(*pair, strategy)
        for strategy in strategies
        for pair in pairs
    }
