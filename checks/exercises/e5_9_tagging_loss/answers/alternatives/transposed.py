def tagging_loss(sentence_logits, tag_logits, sentence_labels, tag_labels, alpha=1.0, beta=1.0):
    losses = []
    for logits, labels in ((sentence_logits, sentence_labels), (tag_logits.transpose(1, 2), tag_labels)):
        if (labels == UNLABELLED).all():
            losses.append(logits.sum() * 0)
        else:
            losses.append(nn.functional.cross_entropy(logits, labels, ignore_index=UNLABELLED))
    return alpha * losses[0] + beta * losses[1]
