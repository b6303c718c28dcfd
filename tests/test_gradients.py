"""Tests of the gradients of two tasks."""

import pytest
import torch
from torch import nn

from checks.exercises.models import stand_in, tiny_model, tiny_tokens
from solutions.gradients import backward_without_conflict, project_conflict, shared_parameters, task_gradients
from solutions.losses import score_labelled
from solutions.tasks import Pair


class Package:
    """The modules that the tiny models are built of."""

    from solutions import encoder, multitask


@pytest.fixture
def model():
    rng = torch.Generator().manual_seed(3)
    return tiny_model(Package, rng, stand_in(rng))


def losses_of(model) -> Pair:
    output = model(**tiny_tokens())
    labels = torch.tensor([0, 1, 2, 0]), torch.tensor([1, 0, 1, 1])
    return Pair(*(score_labelled(*task).loss for task in zip(output.logits, labels, strict=True)))


def test_task_gradients_are_what_backward_would_add(model):
    shared = shared_parameters(model)
    rows = task_gradients(losses_of(model), shared)
    for task, row in enumerate(rows):
        model.zero_grad()
        losses_of(model)[task].backward()
        assert torch.allclose(row, torch.cat([parameter.grad.flatten() for parameter in shared]), atol=1e-6)


def test_shared_parameters_are_all_but_the_heads_and_the_frozen(model):
    heads = sum(p.numel() for head in model.heads for p in head.parameters())
    total = sum(p.numel() for p in model.parameters())
    assert sum(p.numel() for p in shared_parameters(model)) == total - heads
    model.transformer.requires_grad_(False)
    assert {id(p) for p in shared_parameters(model)} == {
        id(p) for part in (model.projection, model.layer_norm) for p in part.parameters()
    }


def test_conflict_is_projected_away_in_both():
    a, b = torch.tensor([2.0, 0.0, 1.0]), torch.tensor([-1.0, 1.0, 0.5])
    new_a, new_b = project_conflict(a, b)
    assert (new_a @ b).item() == pytest.approx(0, abs=1e-6)
    assert (new_b @ a).item() == pytest.approx(0, abs=1e-6)
    residual = torch.linalg.lstsq(b.unsqueeze(1), a.unsqueeze(1)).solution  # the part of a along b
    assert torch.allclose(new_a, a - residual.item() * b)


def test_agreeing_gradients_stay():
    a, b = torch.tensor([1.0, 2.0]), torch.tensor([0.5, -0.25])
    assert project_conflict(a, b) == (a, b)


def test_backward_without_conflict_leaves_the_heads_their_own_gradients(model):
    losses = losses_of(model)
    (losses.taskA + losses.taskB).backward()
    plain = {name: parameter.grad.clone() for name, parameter in model.named_parameters()}
    model.zero_grad()
    cosine = backward_without_conflict(losses_of(model), model)
    same = {
        name for name, parameter in model.named_parameters() if torch.allclose(parameter.grad, plain[name], atol=1e-7)
    }
    assert {name for name in plain if "_classifier" in name} <= same
    assert (len(same) == len(plain)) == (cosine >= 0)


def test_backward_without_conflict_takes_out_what_conflicts():
    layer = nn.Linear(2, 1, bias=False)
    out = layer(torch.eye(2)).flatten()
    cosine = backward_without_conflict(Pair(out[0], -out[0] + out[1]), layer)
    # The gradients are (1, 0) and (-1, 1); projected, (0.5, 0.5) and (0, 1).
    assert cosine == pytest.approx(-(0.5**0.5))
    assert torch.allclose(layer.weight.grad, torch.tensor([[0.5, 1.5]]))
