"""Checks of exercise 3.1, `predict_changes`."""

from functools import partial
from typing import Any

import torch

from ...protocol.suite import Code, Suite
from ..models import tiny_model
from ..parts import decaying_optimizer, moved_by, parts_of, take_step

suite = Suite()


@suite.check("predicts that all parts move where nothing is frozen, and none where everything is")
def predict_all_or_none(code: Code, rng: torch.Generator) -> Any:
    predict, strategies = code.freezing.predict_changes, code.config.FreezeStrategy
    return {"nothing": predict(strategies.NOTHING), "everything": predict(strategies.EVERYTHING)}


@suite.check("predicts that only the transformer stands still under a frozen backbone")
def predict_backbone(code: Code, rng: torch.Generator) -> Any:
    return code.freezing.predict_changes(code.config.FreezeStrategy.BACKBONE)


@suite.check("predicts that a frozen head is the only part that stands still")
def predict_heads(code: Code, rng: torch.Generator) -> Any:
    predict, strategies = code.freezing.predict_changes, code.config.FreezeStrategy
    return {"head-a": predict(strategies.HEAD_A), "head-b": predict(strategies.HEAD_B)}


@suite.check("predicts what really moves in a training step")
def predict_step(code: Code, rng: torch.Generator) -> Any:
    model, right = tiny_model(code, rng), {}
    for strategy in code.config.FreezeStrategy:
        code.freezing.apply_strategy(model, strategy)
        optimizer = decaying_optimizer(model)
        moved = moved_by(parts_of(model), partial(take_step, model, optimizer))
        right[strategy.value] = set(code.freezing.predict_changes(strategy)) == set(moved)
    return right


@suite.check("gives the same answer whenever it is asked, in whatever order")
def predict_again(code: Code, rng: torch.Generator) -> Any:
    strategies = list(code.config.FreezeStrategy)
    answers: dict[str, Any] = {}
    for order, asked in (("backwards", strategies[::-1]), ("again", strategies)):
        answers |= {f"{order}, {strategy.value}": code.freezing.predict_changes(strategy) for strategy in asked}
    return answers
