import math

import pytest
import torch
from torch import nn

from solutions.losses import (
    FixedWeights,
    LabelledUncertaintyWeights,
    UncertaintyWeights,
    combined_loss,
    score_labelled,
)
from solutions.tasks import UNLABELLED


def batch():
    generator = torch.Generator().manual_seed(0)
    logits_a, logits_b = torch.randn(6, 3, generator=generator), torch.randn(6, 2, generator=generator)
    return logits_a, logits_b, torch.tensor([0, 1, 2, 0, 1, 2]), torch.tensor([0, 1, 0, 1, 0, 1])


def cross_entropy_by_hand(logits, labels):
    losses = [
        math.log(sum(math.exp(value) for value in row)) - row[label]
        for row, label in zip(logits.tolist(), labels.tolist(), strict=True)
    ]
    return sum(losses) / len(losses)


@pytest.mark.parametrize(("alpha", "beta"), [(0.6, 0.8), (1.0, 0.0), (0.0, 2.5)])
def test_combined_loss_weighs_both_cross_entropies(alpha, beta):
    logits_a, logits_b, labels_a, labels_b = batch()
    expected = alpha * cross_entropy_by_hand(logits_a, labels_a) + beta * cross_entropy_by_hand(logits_b, labels_b)
    loss = combined_loss(logits_a, logits_b, labels_a, labels_b, alpha, beta)
    assert loss.item() == pytest.approx(expected, rel=1e-6)


def test_combined_loss_defaults_to_the_originals_weights():
    assert combined_loss(*batch()).item() == pytest.approx(combined_loss(*batch(), 0.6, 0.8).item())


def test_fixed_weights_are_combined_loss_with_its_weights_set():
    torch.testing.assert_close(FixedWeights(0.3, 2.0)(*batch()), combined_loss(*batch(), 0.3, 2.0))
    assert list(FixedWeights(0.3, 2.0).parameters()) == []


def test_uncertainty_weights_start_as_the_plain_sum():
    assert UncertaintyWeights()(*batch()).item() == pytest.approx(combined_loss(*batch(), 1.0, 1.0).item())


def test_uncertainty_weights_settle_where_the_variance_equals_twice_the_loss():
    """The derivative of `exp(-s) * loss + s / 2` is zero at `exp(s) = 2 * loss`."""
    weights = UncertaintyWeights()
    optimizer = torch.optim.SGD(weights.parameters(), lr=0.1)
    for _ in range(2000):
        optimizer.zero_grad()
        weights(*batch()).backward()
        optimizer.step()
    logits_a, logits_b, labels_a, labels_b = batch()
    losses = torch.tensor([cross_entropy_by_hand(logits_a, labels_a), cross_entropy_by_hand(logits_b, labels_b)])
    torch.testing.assert_close(weights.log_variances.detach().exp(), 2 * losses)
    assert weights.weights() == pytest.approx((1 / (2 * losses)).tolist(), rel=1e-4)


def without(labels, *missing):
    """Take the labels of some sentences away."""
    return labels.index_fill(0, torch.tensor(missing, dtype=torch.long), UNLABELLED)


def partly_labelled_batch():
    """Four sentences have a label of task A, three one of task B, and one has neither."""
    logits_a, logits_b, labels_a, labels_b = batch()
    return logits_a, logits_b, without(labels_a, 1, 4), without(labels_b, 0, 2, 4)


def rows_with_a_label(logits, labels):
    rows = [row for row, label in enumerate(labels.tolist()) if label != UNLABELLED]
    return logits[rows], labels[rows]


def test_score_labelled_of_a_complete_batch_is_that_of_every_sentence():
    logits, _, labels, _ = batch()
    score = score_labelled(logits, labels)
    right = sum(row.index(max(row)) == label for row, label in zip(logits.tolist(), labels.tolist(), strict=True))
    assert score.loss.item() == pytest.approx(cross_entropy_by_hand(logits, labels), rel=1e-6)
    assert score.accuracy == pytest.approx(right / 6)


@pytest.mark.parametrize("missing", [(0,), (5,), (1, 4), (0, 1, 2, 3, 5)])
def test_score_labelled_is_that_of_the_rows_with_a_label(missing):
    logits, _, labels, _ = batch()
    labels = without(labels, *missing)
    kept = rows_with_a_label(logits, labels)
    right = sum(row.index(max(row)) == label for row, label in zip(*(rows.tolist() for rows in kept), strict=True))
    score = score_labelled(logits, labels)
    assert score.loss.item() == pytest.approx(cross_entropy_by_hand(*kept), rel=1e-6)
    assert score.accuracy == pytest.approx(right / len(kept[1]))


def test_score_labelled_moves_only_what_has_a_label():
    logits, _, labels, _ = batch()
    labels = without(labels, 1, 4)
    score_labelled(logits.requires_grad_(), labels).loss.backward()
    assert (logits.grad != 0).any(dim=1).tolist() == [label != UNLABELLED for label in labels.tolist()]


@pytest.mark.parametrize("size", [0, 1, 6])
def test_score_labelled_of_no_label_is_zero_and_trains_nothing(size):
    logits = torch.randn(size, 3, requires_grad=True)
    loss, accuracy = score_labelled(logits, torch.full((size,), UNLABELLED))
    loss.backward()
    assert (loss.item(), accuracy) == (0.0, None)
    assert torch.equal(logits.grad, torch.zeros(size, 3))


def test_fixed_weights_add_the_losses_of_the_sentences_with_a_label():
    logits_a, logits_b, labels_a, labels_b = partly_labelled_batch()
    loss_a = cross_entropy_by_hand(*rows_with_a_label(logits_a, labels_a))
    loss_b = cross_entropy_by_hand(*rows_with_a_label(logits_b, labels_b))
    loss = FixedWeights(0.3, 2.0)(*partly_labelled_batch())
    assert loss.item() == pytest.approx(0.3 * loss_a + 2.0 * loss_b, rel=1e-6)


def test_fixed_weights_of_a_complete_batch_are_combined_loss_to_the_bit():
    for dtype in (torch.float32, torch.float16):
        logits_a, logits_b, *labels = batch()
        both = logits_a.to(dtype), logits_b.to(dtype)
        assert torch.equal(FixedWeights(0.3, 2.0)(*both, *labels), combined_loss(*both, *labels, 0.3, 2.0))


def test_labelled_uncertainty_weights_of_a_complete_batch_are_uncertainty_weights_to_the_bit():
    criteria = UncertaintyWeights(), LabelledUncertaintyWeights()
    losses = [criterion(*batch()) for criterion in criteria]
    for loss in losses:
        loss.backward()
    assert torch.equal(*losses)
    assert torch.equal(*(criterion.log_variances.grad for criterion in criteria))


def test_labelled_uncertainty_weights_see_only_the_sentences_with_a_label():
    logits_a, logits_b, labels_a, labels_b = partly_labelled_batch()
    rows_a, rows_b = rows_with_a_label(logits_a, labels_a), rows_with_a_label(logits_b, labels_b)
    criterion = LabelledUncertaintyWeights()
    with torch.no_grad():
        criterion.log_variances.copy_(torch.tensor([0.5, -1.0]))
    expected = math.exp(-0.5) * cross_entropy_by_hand(*rows_a) + 0.5 / 2
    expected += math.exp(1.0) * cross_entropy_by_hand(*rows_b) - 1.0 / 2
    assert criterion(*partly_labelled_batch()).item() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("criterion", [FixedWeights(0.3, 2.0), LabelledUncertaintyWeights()])
@pytest.mark.parametrize("unlabelled", [(), ("A",), ("B",), ("A", "B")])
def test_a_task_without_any_label_trains_nothing_of_its_head(criterion, unlabelled):
    heads = {"A": nn.Linear(5, 3), "B": nn.Linear(5, 2)}
    features = torch.randn(6, 5)
    _, _, *labels = batch()
    labels = [
        without(given, *range(6)) if task in unlabelled else given for task, given in zip("AB", labels, strict=True)
    ]
    loss = criterion(*(head(features) for head in heads.values()), *labels)
    loss.backward()
    assert loss.isfinite()
    for task, head in heads.items():
        assert head.weight.grad.any() == (task not in unlabelled)
        assert head.weight.grad.isfinite().all()


@pytest.mark.parametrize("complete", ["A", "B"])
def test_labelled_uncertainty_weights_stay_where_one_task_has_no_label(complete):
    logits_a, logits_b, labels_a, labels_b = batch()
    labels = [labels_a, without(labels_b, *range(6))] if complete == "A" else [without(labels_a, *range(6)), labels_b]
    criterion = LabelledUncertaintyWeights()
    with torch.no_grad():
        criterion.log_variances.copy_(torch.tensor([0.5, -1.0]))
    loss = criterion(logits_a, logits_b, *labels)
    loss_alone = cross_entropy_by_hand(*((logits_a, labels_a) if complete == "A" else (logits_b, labels_b)))
    assert loss.item() == pytest.approx(criterion.weights()["AB".index(complete)] * loss_alone, rel=1e-6)
    assert not loss.requires_grad  # nothing learns from it: the logits here are no model's
