from torch.nn.functional import cross_entropy


def _mean(logits, labels):
    total = cross_entropy(logits, labels, ignore_index=UNLABELLED, reduction="sum")
    return total / max(int((labels != UNLABELLED).sum()), 1)


def tagging_loss(sentence_logits, tag_logits, sentence_labels, tag_labels, alpha=1.0, beta=1.0):
    pieces = tag_logits.reshape(-1, tag_logits.shape[-1])
    return alpha * _mean(sentence_logits, sentence_labels) + beta * _mean(pieces, tag_labels.reshape(-1))
