import pytest
import torch
from sklearn.metrics.pairwise import cosine_similarity

from solutions.similarity import SAMPLE_SENTENCES, cosine_similarity_matrix, rank_by_similarity


def test_cosine_similarity_matrix_equals_sklearns():
    embeddings = torch.randn(7, 12, generator=torch.Generator().manual_seed(0)) * 5
    expected = torch.tensor(cosine_similarity(embeddings.numpy()))
    torch.testing.assert_close(cosine_similarity_matrix(embeddings), expected)


def test_cosine_similarity_matrix_stays_within_bounds_and_gives_zeros_for_a_zero_embedding():
    embeddings = torch.randn(50, 3, generator=torch.Generator().manual_seed(0))
    embeddings[4] = 0
    similarities = cosine_similarity_matrix(embeddings)
    assert similarities.abs().max() <= 1
    assert torch.count_nonzero(similarities[4]) == 0
    assert torch.count_nonzero(similarities[:, 4]) == 0


def test_cosine_similarity_matrix_of_half_precision_has_no_nan():
    embeddings = torch.tensor([[300.0, 400], [0, 0], [3, 4]], dtype=torch.float16)
    similarities = cosine_similarity_matrix(embeddings)
    assert similarities.dtype == torch.float16
    assert similarities.tolist() == [[1, 0, 1], [0, 0, 0], [1, 0, 1]]


def test_rank_by_similarity_orders_the_others_and_leaves_out_the_query():
    similarities = torch.tensor([[1.0, 0.2, 0.9, 0.2], [0.2, 1, 0, 0], [0.9, 0, 1, 0], [0.2, 0, 0, 1]])
    assert rank_by_similarity(similarities, 0) == [2, 1, 3]
    with pytest.raises(IndexError, match="query is 4, but must be from 0 to 3"):
        rank_by_similarity(similarities, 4)


@pytest.mark.parametrize("seed", range(5))
def test_sample_sentences_keep_the_observations_of_the_original(minilm, seed):
    """Mean pooling: S3 is closest to S1, and stands out more from S5 and S6 than with max pooling."""
    from solutions.encoder import SentenceTransformer

    gaps = {}
    for pooling in ("mean", "max"):
        torch.manual_seed(seed)
        model = SentenceTransformer(minilm.transformer, minilm.tokenizer, pooling)
        similarities = cosine_similarity_matrix(model.encode(SAMPLE_SENTENCES))
        assert rank_by_similarity(similarities, 0)[0] == 2
        gaps[pooling] = similarities[0, 2] - similarities[0, 4:]
    assert (gaps["mean"] > gaps["max"]).all()
