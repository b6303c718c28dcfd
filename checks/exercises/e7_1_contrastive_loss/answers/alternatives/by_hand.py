def contrastive_loss(anchors, candidates, excluded=None, temperature=0.05):
    if not (temperature > 0):
        raise ValueError(f"temperature is {temperature}")
    losses = []
    for i, anchor in enumerate(anchors):
        cosines = F.cosine_similarity(anchor.unsqueeze(0), candidates, dim=-1) / temperature
        keep = torch.ones(len(candidates), dtype=torch.bool) if excluded is None else ~excluded[i]
        keep = keep | (torch.arange(len(candidates)) == i)
        losses.append(torch.logsumexp(cosines[keep], dim=0) - cosines[i])
    return torch.stack(losses).mean()
