"""Checks of exercise 3.1, `predict_changes`."""

from functools import partial
from typing import Any

import torch

from ...exercise import exercise
from ..models import tiny_model
from .common import decaying_optimizer, moved_by, parts_of, take_step

predict_changes = exercise("3.1")


@predict_changes.check("predicts that all parts move where nothing is frozen, and none where everything is")
def predict_all_or_none(course: Any, rng: torch.Generator) -> Any:
    predict, strategies = course.freezing.predict_changes, course.config.FreezeStrategy
    return {"nothing": predict(strategies.NOTHING), "everything": predict(strategies.EVERYTHING)}


@predict_changes.check("predicts that only the transformer stands still under a frozen backbone")
def predict_backbone(course: Any, rng: torch.Generator) -> Any:
    return course.freezing.predict_changes(course.config.FreezeStrategy.BACKBONE)


@predict_changes.check("predicts that a frozen head is the only part that stands still")
def predict_heads(course: Any, rng: torch.Generator) -> Any:
    predict, strategies = course.freezing.predict_changes, course.config.FreezeStrategy
    return {"head-a": predict(strategies.HEAD_A), "head-b": predict(strategies.HEAD_B)}


@predict_changes.check("predicts what really moves in a training step")
def predict_step(course: Any, rng: torch.Generator) -> Any:
    model, right = tiny_model(course, rng), {}
    for strategy in course.config.FreezeStrategy:
        course.freezing.apply_strategy(model, strategy)
        optimizer = decaying_optimizer(model)
        moved = moved_by(parts_of(model), partial(take_step, model, optimizer))
        right[strategy.value] = set(course.freezing.predict_changes(strategy)) == set(moved)
    return right


@predict_changes.check("gives the same answer whenever it is asked, in whatever order")
def predict_again(course: Any, rng: torch.Generator) -> Any:
    strategies = list(course.config.FreezeStrategy)
    answers: dict[str, Any] = {}
    for order, asked in (("backwards", strategies[::-1]), ("again", strategies)):
        answers |= {f"{order}, {strategy.value}": course.freezing.predict_changes(strategy) for strategy in asked}
    return answers
