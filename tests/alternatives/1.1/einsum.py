from torch import einsum


def mean_pool(token_embeddings, attention_mask):
    weights = attention_mask.to(token_embeddings.dtype)
    shares = weights / weights.sum(dim=1, keepdim=True).clamp(min=1)
    return einsum("bsh,bs->bh", token_embeddings, shares)
