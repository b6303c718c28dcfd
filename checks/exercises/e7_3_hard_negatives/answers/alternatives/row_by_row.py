def hard_negatives(embeddings, groups, count=1):
    found = []
    for i in range(len(embeddings)):
        others = [j for j in range(len(embeddings)) if groups[j] != groups[i]]
        if len(others) < count:
            raise ValueError(f"sentence {i} has only {len(others)} negatives")
        cosines = F.cosine_similarity(embeddings[i : i + 1], embeddings[others], dim=-1)
        best = cosines.argsort(descending=True)[:count]
        found.append([others[k] for k in best.tolist()])
    return torch.tensor(found)
