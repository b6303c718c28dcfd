import torch


def max_pool(token_embeddings, attention_mask):
    pooled = []
    for tokens, mask in zip(token_embeddings, attention_mask, strict=True):
        real = tokens[mask == 1]
        pooled.append(real.max(dim=0).values if len(real) else tokens.new_zeros(tokens.shape[-1]))
    return torch.stack(pooled)
