"""Tests of the losses that train the embedding itself, and of what measures it."""

import math
import random

import pytest
import torch
import torch.nn.functional as F
from scipy.stats import spearmanr

from checks.exercises.models import stand_in, tiny_model, tiny_tokens
from solutions import contrastive, geometry
from solutions.config import OptimizerConfig
from solutions.contrastive import contrastive_loss, draw_partners, hard_negatives, label_groups, simcse_loss
from solutions.dataset import generate_dataset
from solutions.geometry import measure_geometry, measure_quality, spearman


class Package:
    """The modules that the tiny models are built of."""

    from solutions import encoder, multitask


@pytest.fixture
def rng() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def unit(rng, *shape):
    return F.normalize(torch.randn(*shape, generator=rng), dim=-1)


# The loss


def test_contrastive_loss_is_a_logarithm_of_shares(rng):
    anchors, candidates = unit(rng, 4, 8), unit(rng, 6, 8)
    powers = torch.exp(anchors @ candidates.T / 0.3)
    shares = powers[range(4), range(4)] / powers.sum(dim=1)
    assert contrastive_loss(anchors, candidates, temperature=0.3) == pytest.approx(
        -shares.log().mean().item(), rel=1e-5
    )


def test_contrastive_loss_without_difference_is_the_logarithm_of_the_number_of_candidates():
    same = torch.ones(3, 5)
    assert contrastive_loss(same, torch.ones(7, 5)).item() == pytest.approx(math.log(7))


def test_excluded_candidates_are_as_good_as_absent(rng):
    anchors, candidates = unit(rng, 3, 8), unit(rng, 5, 8)
    excluded = torch.zeros(3, 5, dtype=torch.bool)
    excluded[:, 3] = True
    without = candidates[[0, 1, 2, 4]]
    assert torch.allclose(contrastive_loss(anchors, candidates, excluded), contrastive_loss(anchors, without))


def test_all_of_one_group_leave_nothing_to_tell_apart(rng):
    anchors = unit(rng, 3, 8)
    assert contrastive_loss(anchors, unit(rng, 3, 8), torch.ones(3, 3, dtype=torch.bool)) == 0


@pytest.mark.parametrize("temperature", [0, -1, math.nan])
def test_impossible_temperature_is_refused(rng, temperature):
    with pytest.raises(ValueError, match=r"temperature is .*, but must be greater than 0"):
        contrastive_loss(unit(rng, 2, 4), unit(rng, 2, 4), temperature=temperature)


# Dropout


def test_simcse_loss_differs_from_call_to_call_and_leaves_all_modes(rng):
    model = tiny_model(Package, rng, stand_in(rng))
    inputs = tiny_tokens()
    modes = [module.training for module in model.modules()]
    torch.manual_seed(0)
    first, second = simcse_loss(model, **inputs), simcse_loss(model, **inputs)
    assert first.item() != second.item()
    assert [module.training for module in model.modules()] == modes


def test_simcse_loss_without_dropout_is_that_of_equal_views(rng):
    model = tiny_model(Package, rng, stand_in(rng))
    model.transformer.layer[2].p = 0.0
    inputs = tiny_tokens()
    embeddings = model.project(model.features(**inputs))
    assert simcse_loss(model, **inputs).item() == pytest.approx(
        contrastive_loss(embeddings, embeddings).item(), abs=1e-6
    )


# Hard negatives and partners


def test_hard_negatives_are_the_nearest_of_other_groups(rng):
    embeddings, groups = torch.randn(30, 6, generator=rng), torch.randint(3, (30,), generator=rng)
    found = hard_negatives(embeddings, groups, 4)
    for row in range(30):
        others = [other for other in range(30) if groups[other] != groups[row]]
        nearest = sorted(others, key=lambda o: -F.cosine_similarity(embeddings[row], embeddings[o], dim=0).item())
        assert found[row].tolist() == nearest[:4]


def test_too_few_sentences_of_other_groups_are_refused(rng):
    with pytest.raises(ValueError, match="count is 2, but some sentence has fewer"):
        hard_negatives(unit(rng, 3, 4), torch.tensor([0, 0, 1]), 2)


def test_partners_are_others_of_the_same_group_each_once(rng):
    groups = torch.tensor([random.Random(1).randrange(4) for _ in range(50)] + [9])
    partners = draw_partners(groups, rng)
    assert torch.equal(groups[partners], groups)
    assert sorted(partners.tolist()) == list(range(51))
    assert [row for row, partner in enumerate(partners.tolist()) if row == partner] == [50]  # alone in its group


def test_groups_are_what_agrees_in_both_labels():
    dataset = generate_dataset(40)
    groups = label_groups(dataset).tolist()
    labels = [sample.labels for sample in dataset.samples]
    for row, group in enumerate(groups):
        assert [other == group for other in groups] == [label == labels[row] for label in labels]


# Training


@pytest.mark.parametrize("hard", [0, 2])
def test_training_by_groups_brings_them_together(rng, hard):
    dataset = generate_dataset(40)
    model = tiny_model(Package, rng, stand_in(rng))
    features = torch.randn(40, 8, generator=rng) + 2 * F.one_hot(label_groups(dataset), 8)
    before = measure_quality(model.project(features).detach(), dataset)
    config = OptimizerConfig(learning_rate=1e-2, epochs=8, batch_size=16)
    groups = label_groups(dataset)
    losses = contrastive.train_by_groups(model, lambda rows: model.project(features[rows]), groups, config, hard)
    after = measure_quality(model.project(features).detach(), dataset)
    assert losses[-1] < losses[0]
    assert after.geometry.alignment < before.geometry.alignment
    assert after.spearman > before.spearman


def test_training_by_dropout_needs_no_labels_and_repeats(rng):
    config = OptimizerConfig(learning_rate=1e-2, epochs=4, batch_size=4)
    runs = []
    for _ in range(2):
        model = tiny_model(Package, torch.Generator().manual_seed(1))
        runs.append(contrastive.train_by_dropout(model, ["a film", "it crashes", "the laptop works", "good"], config))
    assert runs[0] == runs[1]
    assert runs[0][-1] < runs[0][0]


# What is measured


def test_geometry_of_a_collapsed_and_of_a_spread_embedding(rng):
    same = torch.ones(5, 3)
    assert measure_geometry(same, same) == pytest.approx((0.0, 0.0), abs=1e-9)
    rows = unit(rng, 6, 3)
    pairs = [(a - b).square().sum() for i, a in enumerate(rows) for b in rows[:i]]
    expected = torch.stack(pairs).mul(-2).exp().mean().log().item()
    assert measure_geometry(rows, -rows) == pytest.approx((4.0, expected), rel=1e-5)


def test_single_anchor_is_refused():
    with pytest.raises(ValueError, match="there are 1 anchors, but uniformity needs at least 2"):
        measure_geometry(torch.ones(1, 2), torch.ones(1, 2))


@pytest.mark.parametrize("steps", [2, 5, 1000])
def test_spearman_agrees_with_scipy(rng, steps):
    similarities = torch.randint(steps, (60,), generator=rng) / steps
    grades = torch.randint(4, (60,), generator=rng)
    assert spearman(similarities, grades) == pytest.approx(spearmanr(similarities, grades).statistic)


def test_spearman_without_order_is_not_a_number():
    assert math.isnan(spearman(torch.ones(3), torch.arange(3)))


def test_spearman_of_unequal_numbers_is_refused():
    with pytest.raises(ValueError, match="there are 3 similarities and 2 grades"):
        spearman(torch.ones(3), torch.ones(2))


def test_quality_of_a_perfect_embedding():
    dataset = generate_dataset(16)
    labels = torch.tensor([sample.labels for sample in dataset.samples])
    perfect = F.one_hot(labels, 2).flatten(1).float()  # the cosine is half the number of labels in common
    quality = geometry.measure_quality(perfect, dataset)
    assert quality.spearman == pytest.approx(1)
    assert quality.geometry.alignment == pytest.approx(0)
