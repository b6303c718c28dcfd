def roc(labels, logits):
    """Rank by the logarithm of the odds: as the probability does, with no digits lost near 1."""
    logits = logits.double()
    classes = logits.shape[1]
    fpr, tpr, areas = {}, {}, []
    for label in range(classes):
        others = torch.cat([logits[:, :label], logits[:, label + 1 :]], dim=1)
        positive = labels.eq(label)
        if len(positive.unique()) == 2:
            x, y, _ = roc_curve(positive.numpy(), (logits[:, label] - others.logsumexp(dim=1)).numpy())
            fpr[label], tpr[label] = x.tolist(), y.tolist()
            areas.append(float(auc(x, y)))
    mean = None if not areas else float(torch.tensor(areas, dtype=torch.float64).mean())
    if classes == 2:
        return {"auc": areas[1] if areas else None, "fpr": fpr.get(1, []), "tpr": tpr.get(1, [])}
    return {"auc": mean, "fpr": fpr, "tpr": tpr}
