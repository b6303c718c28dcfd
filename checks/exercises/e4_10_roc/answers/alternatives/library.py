import numpy as np
from sklearn.metrics import roc_auc_score


def roc(labels, logits):
    truth, raw = labels.numpy(), logits.double().numpy()
    odds = np.exp(raw - raw.max(axis=1, keepdims=True))
    scores = odds / odds.sum(axis=1, keepdims=True)
    classes = scores.shape[1]
    if classes == 2:
        if len(np.unique(truth)) < 2:
            return {"auc": None, "fpr": [], "tpr": []}
        fpr, tpr, _ = roc_curve(truth, scores[:, 1], drop_intermediate=False)
        return {"auc": roc_auc_score(truth, scores[:, 1]), "fpr": list(fpr), "tpr": list(tpr)}
    present = [label for label in range(classes) if 0 < (truth == label).sum() < len(truth)]
    curves = {label: roc_curve(truth == label, scores[:, label], drop_intermediate=False) for label in present}
    areas = [roc_auc_score(truth == label, scores[:, label]) for label in present]
    return {
        "auc": float(np.mean(areas)) if areas else None,
        "fpr": {label: curve[0].tolist() for label, curve in curves.items()},
        "tpr": {label: curve[1].tolist() for label, curve in curves.items()},
    }
