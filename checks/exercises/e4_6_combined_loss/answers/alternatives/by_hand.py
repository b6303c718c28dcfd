def _cross_entropy(logits, labels):
    rows = torch.arange(len(labels))
    return (torch.logsumexp(logits, dim=1) - logits[rows, labels]).mean()


def combined_loss(taskA_logits, taskB_logits, taskA_labels, taskB_labels, alpha=0.6, beta=0.8):
    return alpha * _cross_entropy(taskA_logits, taskA_labels) + beta * _cross_entropy(taskB_logits, taskB_labels)
