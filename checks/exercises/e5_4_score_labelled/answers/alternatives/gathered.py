def score_labelled(logits, labels):
    known = labels >= 0
    safe = labels.clamp(min=0)
    losses = -logits.log_softmax(dim=1).gather(1, safe.unsqueeze(1)).squeeze(1)
    count = known.sum()
    loss = (losses * known).sum() / count.clamp(min=1)
    right = (logits.max(dim=1).indices == safe) & known
    return TaskScore(loss, (right.sum() / count).item() if count > 0 else None)
