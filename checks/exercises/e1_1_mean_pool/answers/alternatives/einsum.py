import torch


def mean_pool(token_embeddings, attention_mask):
    dtype = token_embeddings.dtype
    precise = dtype if dtype == torch.float64 else torch.float32
    mask = attention_mask.to(precise)
    total = torch.einsum("bsh,bs->bh", token_embeddings.to(precise), mask)
    return (total / mask.sum(dim=1, keepdim=True).clamp(min=1e-9)).to(dtype)
