import torch


def max_pool(token_embeddings, attention_mask):
    real = attention_mask.bool()[:, :, None]
    lowest = torch.finfo(token_embeddings.dtype).min
    best, _ = torch.where(real, token_embeddings, torch.full_like(token_embeddings, lowest)).max(1)
    return torch.where(real.any(1), best, torch.zeros_like(best))
