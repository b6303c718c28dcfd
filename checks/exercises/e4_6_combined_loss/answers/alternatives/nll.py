def combined_loss(taskA_logits, taskB_logits, taskA_labels, taskB_labels, alpha=0.6, beta=0.8):
    pairs = ((taskA_logits, taskA_labels, alpha), (taskB_logits, taskB_labels, beta))
    return sum(weight * F.nll_loss(F.log_softmax(logits, dim=1), labels) for logits, labels, weight in pairs)
