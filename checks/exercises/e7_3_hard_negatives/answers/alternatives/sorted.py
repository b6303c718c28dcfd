def hard_negatives(embeddings, groups, count=1):
    same = groups[:, None] == groups[None]
    if ((~same).sum(1) < count).any():
        raise ValueError("too few sentences of other groups")
    norms = embeddings.norm(dim=1)
    cosines = embeddings @ embeddings.T / norms[:, None] / norms[None]
    cosines[same] = -2
    return cosines.argsort(dim=1, descending=True)[:, :count]
