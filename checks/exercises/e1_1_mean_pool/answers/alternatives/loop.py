import torch


def mean_pool(token_embeddings, attention_mask):
    rows = []
    for tokens, mask in zip(token_embeddings, attention_mask, strict=True):
        real = tokens[mask.bool()]
        rows.append(real.float().mean(dim=0) if len(real) else torch.zeros_like(tokens[0]))
    return torch.stack([row.to(token_embeddings.dtype) for row in rows])
