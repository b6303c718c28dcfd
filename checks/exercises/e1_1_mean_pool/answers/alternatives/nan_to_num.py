def mean_pool(token_embeddings, attention_mask):
    mask = attention_mask[..., None].float()
    average = (token_embeddings * mask).sum(1) / mask.sum(1)
    return average.nan_to_num().to(token_embeddings.dtype)
