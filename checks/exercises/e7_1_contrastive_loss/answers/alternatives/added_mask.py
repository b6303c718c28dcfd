def contrastive_loss(anchors, candidates, excluded=None, temperature=0.05):
    if not temperature > 0:
        raise ValueError(f"temperature is {temperature}, but must be positive")
    scores = F.cosine_similarity(anchors[:, None], candidates[None], dim=-1) / temperature
    labels = torch.arange(anchors.shape[0])
    if excluded is not None:
        penalty = torch.zeros_like(scores).masked_fill_(excluded, float("-inf"))
        penalty[labels, labels] = 0
        scores = scores + penalty
    return F.nll_loss(F.log_softmax(scores, dim=-1), labels)
