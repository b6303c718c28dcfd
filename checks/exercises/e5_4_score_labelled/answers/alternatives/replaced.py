def score_labelled(logits, labels):
    missing = labels == UNLABELLED
    losses = F.cross_entropy(logits.float(), labels.masked_fill(missing, 0), reduction="none")
    known = losses.masked_fill(missing, float("nan"))
    right = (logits.argmax(dim=-1) == labels)[~missing].tolist()
    loss = torch.where(missing.all(), losses.sum() * 0, known.nanmean().nan_to_num(0.0))
    return TaskScore(loss, sum(right) / len(right) if right else None)
