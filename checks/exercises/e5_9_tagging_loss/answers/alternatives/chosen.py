def tagging_loss(sentence_logits, tag_logits, sentence_labels, tag_labels, alpha=1.0, beta=1.0):
    total = 0.0 * (sentence_logits.sum() + tag_logits.sum())
    for weight, logits, labels in ((alpha, sentence_logits, sentence_labels), (beta, tag_logits, tag_labels)):
        known = torch.ne(labels, UNLABELLED)
        if known.sum() > 0:
            chosen = logits[known].log_softmax(-1).gather(-1, labels[known][:, None])
            total = total + weight * -chosen.mean()
    return total
