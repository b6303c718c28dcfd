def contrastive_loss(anchors, candidates, excluded=None, temperature=0.05):
    if temperature <= 0 or temperature != temperature:
        raise ValueError("temperature must be greater than 0")
    a = anchors / anchors.norm(dim=1, keepdim=True)
    c = candidates / candidates.norm(dim=1, keepdim=True)
    scores = torch.einsum("id,jd->ij", a, c).div(temperature)
    if excluded is not None:
        blocked = excluded.clone()
        blocked.fill_diagonal_(False)
        scores = scores.masked_fill(blocked, -torch.inf)
    return -scores.log_softmax(dim=1).diagonal().mean()
