import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from solutions.calibration import Calibrator


def sentences(seed=0, size=60, classes=3, scale=3.0):
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(classes, (size,), generator=generator)
    return labels, scale * (torch.randn(size, classes, generator=generator) + torch.eye(classes)[labels])


def error_by_loops(labels, logits, bins):
    total = 0.0
    rows = logits.double().softmax(dim=-1).tolist()
    for number in range(bins):
        inside = [
            (max(row), row.index(max(row)) == label)
            for row, label in zip(rows, labels.tolist(), strict=True)
            if number < max(row) * bins <= number + 1
        ]
        if inside:
            confidence, accuracy = (sum(values) / len(inside) for values in zip(*inside, strict=True))
            total += len(inside) / len(rows) * abs(confidence - accuracy)
    return total


@pytest.mark.parametrize("scale", [0.3, 1.0, 3.0, 8.0])
def test_fit_finds_the_minimum_of_a_fine_grid(scale):
    labels, logits = sentences(scale=scale)
    calibrator = Calibrator()
    calibrator.fit(labels, logits)
    grid = [math.exp(number / 1000) for number in range(-2995, 2995)]
    best = min(grid, key=lambda temperature: F.cross_entropy(logits.double() / temperature, labels).item())
    # Half a step of the grid, and what the search leaves open.
    assert math.log(calibrator.temperature) == pytest.approx(math.log(best), abs=1e-3)


def test_fit_forgets_an_earlier_fit():
    calibrator = Calibrator()
    calibrator.fit(*sentences(scale=8))
    calibrator.fit(*sentences(seed=1))
    other = Calibrator()
    other.fit(*sentences(seed=1))
    assert calibrator.temperature == other.temperature


@pytest.mark.parametrize(("right", "bound"), [(True, 0.05), (False, 20.0)])
def test_fit_stays_within_its_bounds(right, bound):
    calibrator = Calibrator()
    calibrator.fit(torch.full((5,), int(not right)), torch.tensor([[0.1, 0.0]]).repeat(5, 1))
    assert calibrator.temperature == pytest.approx(bound, rel=0.01)


def test_fit_refuses_no_sentences():
    with pytest.raises(ValueError, match="no sentences"):
        Calibrator().fit(torch.zeros(0, dtype=torch.long), torch.zeros(0, 2))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 40), st.integers(2, 5), st.integers(1, 20))
def test_error_matches_plain_loops(seed, size, classes, bins):
    labels, logits = sentences(seed, size, classes)
    calibrator = Calibrator(bins)
    assert calibrator.error(labels, logits) == pytest.approx(error_by_loops(labels, logits, bins), abs=1e-9)
    assert sum(each.sentences for each in calibrator.reliability(labels, logits)) == size


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.1, 10))
def test_no_temperature_changes_the_predicted_class(seed, temperature):
    _, logits = sentences(seed)
    calibrator = Calibrator()
    calibrator.temperature = temperature
    assert torch.equal(calibrator.probabilities(logits).argmax(dim=-1), logits.argmax(dim=-1))


def test_a_border_belongs_to_the_lower_bin():
    (found,) = Calibrator(2).reliability(torch.tensor([0]), torch.zeros(1, 2))
    assert found == (1, 0.5, 1.0)
    assert Calibrator(2).error(torch.tensor([0, 0]), torch.tensor([[0.0, 0.0], [0.1, 0.0]])) == pytest.approx(
        (0.5 + 1 - 1 / (1 + math.exp(-0.1))) / 2
    )


def test_nothing_is_measured_of_no_sentences():
    none = torch.zeros(0, dtype=torch.long), torch.zeros(0, 3)
    assert Calibrator().reliability(*none) == []
    assert Calibrator().error(*none) == 0
