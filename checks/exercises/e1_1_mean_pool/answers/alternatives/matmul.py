def mean_pool(token_embeddings, attention_mask):
    tokens, mask = token_embeddings.double(), attention_mask.double()
    weights = mask / (mask.sum(dim=1, keepdim=True) + (mask.sum(dim=1, keepdim=True) == 0))
    return (weights.unsqueeze(1) @ tokens).squeeze(1).type_as(token_embeddings)
