import numpy as np
import torch


class Calibrator:
    """The slope of the loss in 1 / temperature grows: where it is 0, the loss is smallest."""

    def __init__(self, bins=10):
        self.bins, self.temperature = bins, 1.0

    def fit(self, labels, logits):
        truth, table = np.asarray(labels), logits.double().numpy()
        if truth.size == 0:
            raise ValueError("no sentences")
        low, high = 1 / HOTTEST, 1 / COLDEST
        for _ in range(60):
            middle = (low + high) / 2
            p = self._softmax(table * middle)
            slope = (table * p).sum(axis=1) - table[np.arange(len(truth)), truth]
            low, high = (middle, high) if slope.mean() < 0 else (low, middle)
        self.temperature = 2 / (low + high)

    def _softmax(self, table):
        table = np.exp(table - table.max(axis=1, keepdims=True, initial=-np.inf))
        return table / table.sum(axis=1, keepdims=True)

    def probabilities(self, logits):
        return torch.from_numpy(self._softmax(logits.double().numpy() / self.temperature))

    def reliability(self, labels, logits):
        p = self.probabilities(logits).numpy()
        confidence, right = p.max(axis=1, initial=0), p.argmax(axis=1) == labels.numpy()
        place = np.digitize(confidence, np.linspace(0, 1, self.bins + 1), right=True)
        return [
            Bin(int((place == n).sum()), confidence[place == n].mean().item(), right[place == n].mean().item())
            for n in np.unique(place)
        ]

    def error(self, labels, logits):
        return float(sum(n * abs(c - acc) for n, c, acc in self.reliability(labels, logits)) / max(1, len(labels)))
