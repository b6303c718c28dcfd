def score_labelled(logits, labels):
    total = F.cross_entropy(logits, labels, ignore_index=UNLABELLED, reduction="sum")
    count = int((labels != UNLABELLED).sum())
    hits = int((logits.argmax(1) == labels).sum())  # no class is equal to a missing label
    return TaskScore(total / max(count, 1), hits / count if count else None)
