import math

import pytest
import torch

from solutions.losses import FixedWeights, UncertaintyWeights, combined_loss


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
