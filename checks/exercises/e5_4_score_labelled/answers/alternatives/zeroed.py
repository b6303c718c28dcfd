def score_labelled(logits, labels):
    rows = torch.nonzero(labels != UNLABELLED).flatten()
    if rows.numel() == 0:
        return TaskScore(loss=logits.sum() * 0, accuracy=None)
    criterion = nn.CrossEntropyLoss()
    predicted = logits.detach().softmax(dim=1).topk(1).indices.squeeze(1)
    right = torch.eq(predicted[rows], labels[rows]).float().mean()
    return TaskScore(loss=criterion(logits[rows], labels[rows]), accuracy=float(right))
