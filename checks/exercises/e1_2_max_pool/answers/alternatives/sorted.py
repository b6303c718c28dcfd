def max_pool(token_embeddings, attention_mask):
    tokens = token_embeddings.clone()
    tokens[attention_mask == 0] = -float("inf")
    return tokens.sort(dim=1, descending=True).values[:, 0].nan_to_num(neginf=0.0)
