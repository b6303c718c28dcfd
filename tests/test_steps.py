"""Clipping and warm-up: the optimizer does what torch and transformers do, and nothing where neither is asked for."""

import dataclasses
from math import ceil

import pytest
import torch
from torch import nn
from torch.optim import SGD, AdamW
from torch.optim.optimizer import register_optimizer_step_post_hook
from transformers import get_linear_schedule_with_warmup

from solutions.config import TrainingConfig
from solutions.dataset import generate_dataset
from solutions.losses import FixedWeights
from solutions.stability import divergence
from solutions.steps import clip_gradients, warm_up
from solutions.trainer import build_model, build_optimizer, train


@pytest.fixture
def config(bert):
    return TrainingConfig(backbone=bert, max_length=16, batch_size=7, epochs=2, learning_rate=1e-3, layer_decay=0.5)


def rates_of(config):
    """Train, and list the learning rates of all groups at each step."""
    rates = []

    def note(optimizer, *_):
        rates.append([group["lr"] for group in optimizer.param_groups])

    hook = register_optimizer_step_post_hook(note)
    try:
        train(build_model(config), generate_dataset(40), config)
    finally:
        hook.remove()
    return rates


@pytest.mark.parametrize("ratio", [0.01, 0.25, 0.9])
def test_warm_up_gives_every_step_the_rates_of_transformers(config, ratio):
    config = dataclasses.replace(config, warmup_ratio=ratio)
    optimizer = build_optimizer(build_model(config), FixedWeights(1, 1), dataclasses.replace(config, warmup_ratio=0))
    total = 2 * ceil(40 / 7)
    schedule = get_linear_schedule_with_warmup(optimizer, ceil(total * ratio), total)
    expected = []
    for _ in range(total):
        expected.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
        schedule.step()
    for found, wanted in zip(rates_of(config), expected, strict=True):
        assert found == pytest.approx(wanted)


def test_rates_stay_the_same_without_a_warm_up(config):
    assert len({tuple(rates) for rates in rates_of(config)}) == 1


def test_clipping_is_that_of_torch(config):
    models = []
    for clipped in (True, False):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
        optimizer = SGD(model.parameters(), lr=0.1)
        if clipped:
            clip_gradients(optimizer, model, 0.5)
        for scale in (1e-3, 1.0, 100.0):
            optimizer.zero_grad()
            (scale * model(torch.ones(5, 3)).square().sum()).backward()
            if not clipped:
                nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            optimizer.step()
        models.append(model.state_dict())
    for name in models[0]:
        assert torch.equal(models[0][name], models[1][name])


def test_train_clips_the_gradient_of_the_model_alone(config):
    config = dataclasses.replace(config, max_grad_norm=1e-3, weighting="uncertainty", freeze="nothing")
    model, norms, others = build_model(config), [], []
    own = {id(weights) for weights in model.parameters()}

    def look(optimizer, *_):
        weights = [each for group in optimizer.param_groups for each in group["params"] if each.grad is not None]
        norms.append(torch.stack([each.grad.norm() for each in weights if id(each) in own]).norm().item())
        others.extend(each.grad.norm().item() for each in weights if id(each) not in own)

    hook = register_optimizer_step_post_hook(look)
    try:
        train(model, generate_dataset(40), config)
    finally:
        hook.remove()
    assert norms == pytest.approx([1e-3] * len(norms), rel=1e-3)
    assert max(others) > 1e-2


def test_options_that_are_off_leave_an_optimizer_alone(config):
    optimizer = build_optimizer(build_model(config), FixedWeights(1, 1), config)
    assert len(optimizer._optimizer_step_pre_hooks) == 1  # notes that the model is trained, which all do
    assert not any({"initial_lr", "steps"} & group.keys() for group in optimizer.param_groups)


def test_warm_up_without_the_number_of_sentences_is_refused(config):
    config = dataclasses.replace(config, warmup_ratio=0.1)
    with pytest.raises(ValueError, match=r"warmup_ratio is 0\.1, but build_optimizer was not told the number"):
        build_optimizer(build_model(config), FixedWeights(1, 1), config)


def test_count_of_a_warm_up_is_part_of_the_optimizers_state():
    weights = nn.Parameter(torch.ones(2))
    first, second = (AdamW([weights], lr=1.0) for _ in range(2))
    for optimizer in (first, second):
        warm_up(optimizer, 3, 10)
    weights.grad = torch.ones(2)
    for _ in range(5):
        first.step()
    second.load_state_dict(first.state_dict())
    for optimizer in (first, second):
        optimizer.step()
    assert second.param_groups[0]["lr"] == first.param_groups[0]["lr"] == pytest.approx(5 / 7)


def test_divergence_names_the_rate_that_was_chosen_not_that_of_the_moment(config):
    model, criterion = build_model(config), FixedWeights(1, 1)
    optimizer = build_optimizer(model, criterion, dataclasses.replace(config, warmup_ratio=0.5, learning_rate=7), 40)
    optimizer.step()
    assert "learning_rate, which is 7: make it smaller" in str(divergence("the loss is nan", criterion, optimizer))
