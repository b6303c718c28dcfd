import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from solutions.pooling import max_pool, mean_pool


def by_hand(tokens, mask, reduce):
    """Pool with loops over sentences and dimensions."""
    pooled = torch.zeros(tokens.shape[0], tokens.shape[2], dtype=tokens.dtype)
    for sentence in range(tokens.shape[0]):
        real = [tokens[sentence, position] for position in range(tokens.shape[1]) if mask[sentence, position]]
        for dimension in range(tokens.shape[2]):
            if real:
                pooled[sentence, dimension] = reduce([float(token[dimension]) for token in real])
    return pooled


def ragged(seed, lengths, hidden=5):
    generator = torch.Generator().manual_seed(seed)
    tokens = torch.randn(len(lengths), max(max(lengths), 1), hidden, generator=generator)
    mask = torch.tensor([[int(position < length) for position in range(tokens.shape[1])] for length in lengths])
    return tokens, mask


@given(st.integers(0, 99), st.lists(st.integers(0, 7), min_size=1, max_size=5))
def test_mean_pool_averages_the_real_tokens(seed, lengths):
    tokens, mask = ragged(seed, lengths)
    expected = by_hand(tokens, mask, lambda values: sum(values) / len(values))
    torch.testing.assert_close(mean_pool(tokens, mask), expected)


@given(st.integers(0, 99), st.lists(st.integers(0, 7), min_size=1, max_size=5))
def test_max_pool_takes_the_largest_real_token(seed, lengths):
    tokens, mask = ragged(seed, lengths)
    tokens -= 3  # all negative, so that padding taken for zeros would win
    torch.testing.assert_close(max_pool(tokens, mask), by_hand(tokens, mask, max))


@pytest.mark.parametrize("pool", [mean_pool, max_pool])
@pytest.mark.parametrize("rubbish", [1e6, -1e6, float("nan"), float("inf")])
def test_pooling_ignores_whatever_stands_in_the_padding(pool, rubbish):
    tokens, mask = ragged(0, [4, 2])
    spoiled = tokens.clone()
    spoiled[1, 2:] = rubbish
    torch.testing.assert_close(pool(spoiled, mask), pool(tokens, mask), rtol=0, atol=0)


@pytest.mark.parametrize("pool", [mean_pool, max_pool])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_pooling_keeps_the_dtype_and_gives_zeros_for_a_row_of_padding(pool, dtype):
    tokens, mask = ragged(0, [3, 0])
    pooled = pool(tokens.to(dtype), mask)
    assert pooled.dtype == dtype
    assert torch.count_nonzero(pooled[1]) == 0


def test_mean_pool_in_half_precision_does_not_overflow():
    tokens = torch.full((1, 100, 2), 60000.0, dtype=torch.float16)  # the sum is beyond float16's 65504
    assert mean_pool(tokens, torch.ones(1, 100, dtype=torch.long)).tolist() == [[60000.0, 60000.0]]


@pytest.mark.parametrize("dtype", [torch.long, torch.bool, torch.float32])
def test_pooling_accepts_masks_of_any_dtype(dtype):
    tokens, mask = ragged(0, [4, 2])
    for pool in (mean_pool, max_pool):
        torch.testing.assert_close(pool(tokens, mask.to(dtype)), pool(tokens, mask), rtol=0, atol=0)


def test_mean_pool_gives_no_gradient_to_padding():
    tokens, mask = ragged(0, [4, 2])
    tokens.requires_grad_()
    mean_pool(tokens, mask).sum().backward()
    assert tokens.grad is not None
    assert torch.count_nonzero(tokens.grad[1, 2:]) == 0
    torch.testing.assert_close(tokens.grad[1, :2], torch.full((2, 5), 0.5))
