from itertools import pairwise


def roc(labels, logits):
    scores = torch.softmax(logits.double(), -1)
    if logits.shape[1] == 2:
        curve = _curve(labels == 1, scores[:, 1])
        return {
            "auc": _area(*curve) if curve else None,
            "fpr": curve[0] if curve else [],
            "tpr": curve[1] if curve else [],
        }
    curves = {label: _curve(labels == label, scores[:, label]) for label in range(logits.shape[1])}
    curves = {label: curve for label, curve in curves.items() if curve}
    areas = [_area(*curve) for curve in curves.values()]
    return {
        "auc": sum(areas) / len(areas) if areas else None,
        "fpr": {label: fpr for label, (fpr, _) in curves.items()},
        "tpr": {label: tpr for label, (_, tpr) in curves.items()},
    }


def _curve(positive, scores):
    """Count at every threshold, with all points kept; nothing without a positive or a negative label."""
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if not positives or not negatives:
        return None
    fpr, tpr = [0.0], [0.0]
    for threshold in sorted(set(scores.tolist()), reverse=True):
        chosen = scores >= threshold
        fpr.append(int((chosen & ~positive).sum()) / negatives)
        tpr.append(int((chosen & positive).sum()) / positives)
    return fpr, tpr


def _area(fpr, tpr):
    points = list(zip(fpr, tpr, strict=True))
    return sum((x2 - x1) * (y1 + y2) / 2 for (x1, y1), (x2, y2) in pairwise(points))
