import numpy as np
import pytest
import scipy.stats
import torch

from solutions.confidence import Bootstrap


def clustered(generator, reviews=40):
    """Make values whose reviews differ more than their sentences do; the true mean is 0."""
    sizes = torch.randint(1, 8, (reviews,), generator=generator)
    levels = torch.randn(reviews, generator=generator).repeat_interleave(sizes)
    names = [f"review {number}" for number, size in enumerate(sizes.tolist()) for _ in range(size)]
    return names, levels + 0.3 * torch.randn(len(names), generator=generator)


def test_bootstrap_matches_a_plain_loop():
    names, values = clustered(torch.Generator().manual_seed(0))
    groups = [values[[name == each for each in names]].numpy() for name in dict.fromkeys(names)]
    rng = np.random.default_rng(0)
    draws = [rng.integers(len(groups), size=len(groups)) for _ in range(4000)]
    means = np.array([np.concatenate([groups[number] for number in draw]).mean() for draw in draws])
    found = Bootstrap(names, resamples=4000).interval(values)
    assert found.mean == pytest.approx(values.double().mean().item())
    # A 2.5 % quantile of 4,000 draws has a standard error of 0.042 standard deviations; two of them, five times.
    assert np.quantile(means, [0.025, 0.975]) == pytest.approx(found[1:], abs=5 * 2**0.5 * 0.042 * float(means.std()))


def test_bootstrap_of_single_sentences_matches_scipy():
    values = torch.rand(30, generator=torch.Generator().manual_seed(0)).double() ** 3
    theirs = scipy.stats.bootstrap(
        (values.numpy(),), np.mean, n_resamples=4000, confidence_level=0.9, method="percentile", rng=0
    )
    found = Bootstrap([str(number) for number in range(30)], resamples=4000, level=0.9).interval(values)
    # A 5 % quantile of 4,000 draws has a standard error of 0.034 standard deviations; two of them, five times.
    near = 5 * 2**0.5 * 0.034 * float(theirs.standard_error)
    assert tuple(theirs.confidence_interval) == pytest.approx(found[1:], abs=near)


def test_bootstrap_covers_the_truth_and_sentences_alone_do_not():
    generator = torch.Generator().manual_seed(0)
    covered = {"reviews": 0, "sentences": 0}
    for seed in range(300):
        names, values = clustered(generator)
        for kind, drawn in {"reviews": names, "sentences": [str(number) for number in range(len(names))]}.items():
            _, low, high = Bootstrap(drawn, resamples=500, seed=seed).interval(values)
            covered[kind] += low <= 0 <= high
    # 285 of 300 is 95 %; a percentile interval of 40 reviews is known to be a little narrow.
    assert 270 <= covered["reviews"] <= 297
    assert covered["sentences"] < 240


def test_bootstrap_compares_on_the_same_draws():
    names, values = clustered(torch.Generator().manual_seed(1))
    assert Bootstrap(names).compare(values + 0.25, values) == pytest.approx((0.25, 0.25, 0.25), abs=1e-6)


def test_bootstrap_of_reviews_with_one_mean_has_no_width():
    assert Bootstrap(["a", "a", "b", "b"]).interval(torch.tensor([0, 1, 1, 0])) == (0.5, 0.5, 0.5)


def test_bootstrap_repeats_for_its_seed_and_for_other_names_of_the_reviews():
    names, values = clustered(torch.Generator().manual_seed(2))
    first = Bootstrap(names, seed=3).interval(values)
    assert Bootstrap([f"other {name}" for name in names], seed=3).interval(values) == first
    assert Bootstrap(names, seed=4).interval(values) != first


@pytest.mark.parametrize("shape", [(2,), (4,), (1,), (3, 1), ()])
def test_bootstrap_refuses_other_shapes(shape):
    bootstrap = Bootstrap(["a", "b", "b"])
    with pytest.raises(ValueError, match="sentences"):
        bootstrap.interval(torch.zeros(shape))
    with pytest.raises(ValueError, match="the other"):
        bootstrap.compare(torch.zeros(3), torch.zeros(shape))


def test_bootstrap_refuses_no_sentences():
    with pytest.raises(ValueError, match="no sentences"):
        Bootstrap([])
