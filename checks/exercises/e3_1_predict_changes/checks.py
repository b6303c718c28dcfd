"""Checks of exercise 3.1, `predict_changes`."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch

from ...protocol.suite import Case, Code, Suite, case, expect
from ..parts import PARTS, decaying_optimizer, moves_of, parts_of, small_model, strategies, take_step

suite = Suite(sees="the parts that move")


def _moving(predict: Any, strategy: Any) -> frozenset[Any]:
    """Ask which parts move."""
    found = predict(strategy)
    return expect(frozenset, frozenset(found) if isinstance(found, set) else found, "the parts that move")


def _prediction(predict: Any, strategy: Any) -> dict[str, str]:
    """Say of each part what is predicted, and which names are none of a part."""
    moving = _moving(predict, strategy)
    unknown = sorted(str(name) for name in moving if name not in PARTS)
    words = {name: "moves" if name in moving else "stands still" for name in PARTS}
    return {"names that are not in PARTS": ", ".join(unknown) or "none", **words}


def _predictions(code: Code, *values: str) -> Iterator[Case]:
    """Ask about some of the strategies."""
    for label, strategy in strategies(code, *values):
        yield case(label, partial(_prediction, code.freezing.predict_changes, strategy))


@suite.check("predicts that all parts move where nothing is frozen, and none where everything is")
def predict_all_or_none(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return _predictions(code, "nothing", "everything")


@suite.check("predicts that only the transformer stands still under a frozen backbone")
def predict_backbone(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return _predictions(code, "backbone")


@suite.check("predicts that a frozen head is the only part that stands still")
def predict_heads(code: Code, rng: torch.Generator) -> Iterator[Case]:
    return _predictions(code, "head-a", "head-b")


@suite.check("predicts what really moves in a training step")
def predict_step(code: Code, rng: torch.Generator) -> Iterator[Case]:
    for label, strategy in strategies(code):
        model = small_model(code, rng)
        code.freezing.apply_strategy(model, strategy)
        yield case(label, partial(_beside_a_step, code, model, strategy))


def _beside_a_step(code: Code, model: Any, strategy: Any) -> dict[str, str]:
    """Say of each part what is predicted and what it really does."""
    moving = _moving(code.freezing.predict_changes, strategy)
    moved = moves_of(parts_of(model), partial(take_step, model, decaying_optimizer(model)))
    words = {name: "said to move" if name in moving else "said to stand still" for name in PARTS}
    return {name: f"{words[name]}, and {moved[name]}" for name in PARTS}


@suite.check("gives the same answer whenever it is asked, in whatever order")
def predict_again(code: Code, rng: torch.Generator) -> Iterator[Case]:
    named = list(code.config.FreezeStrategy)
    orders = {"each strategy twice": named * 2, "from 'everything' to 'nothing'": named[::-1]}
    for label, asked in orders.items():
        yield case(label, partial(_in_order, code, asked))


def _in_order(code: Code, asked: list[Any]) -> dict[str, Any]:
    """Ask about one strategy after the other, and give each one's last answer."""
    return {f"the strategy '{each.value}'": _prediction(code.freezing.predict_changes, each) for each in asked}
