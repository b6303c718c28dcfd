def score_labelled(logits, labels):
    scored = [(row, label) for row, label in zip(logits, labels, strict=True) if label.item() != UNLABELLED]
    if not scored:
        # Nothing of the model is in it, but `backward` goes through it, and moves nothing.
        return TaskScore(torch.zeros((), dtype=logits.dtype, requires_grad=True), None)
    losses = [row.logsumexp(dim=0) - row[label] for row, label in scored]
    hits = [row.argmax().item() == label.item() for row, label in scored]
    return TaskScore(torch.stack(losses).mean(), hits.count(True) / len(hits))
