def combined_loss(taskA_logits, taskB_logits, taskA_labels, taskB_labels, alpha=0.6, beta=0.8):
    criterion = nn.CrossEntropyLoss()
    losses = [
        criterion(taskA_logits.float().log_softmax(dim=1), taskA_labels),
        criterion(taskB_logits.float().log_softmax(dim=1), taskB_labels),
    ]
    return (torch.stack(losses) * torch.tensor([alpha, beta])).sum()
