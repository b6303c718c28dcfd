import math

import torch


class Calibrator:
    def __init__(self, bins=10):
        self.bins = bins
        self.temperature = 1.0

    def fit(self, labels, logits):
        if labels.numel() == 0:
            raise ValueError("labels is empty, but must have at least one sentence")
        grid = torch.linspace(math.log(0.05), math.log(20), 1000, dtype=torch.float64).exp().tolist()
        truth = labels.tolist()
        losses = {t: -(logits.double() / t).log_softmax(dim=1)[range(len(truth)), truth].sum().item() for t in grid}
        self.temperature = min(losses, key=losses.get)

    def probabilities(self, logits):
        scaled = (logits.to(torch.float64) - logits.to(torch.float64).amax(dim=1, keepdim=True)) / self.temperature
        return scaled.exp() / scaled.exp().sum(dim=1, keepdim=True)

    def reliability(self, labels, logits):
        boxes = {}
        for label, row in zip(labels.tolist(), self.probabilities(logits).tolist(), strict=True):
            confidence = max(row)
            box = max(math.ceil(confidence * self.bins), 1)
            boxes.setdefault(box, []).append((confidence, row.index(confidence) == label))
        found = []
        for _, sentences in sorted(boxes.items()):
            n = len(sentences)
            found.append(Bin(n, sum(c for c, _ in sentences) / n, sum(right for _, right in sentences) / n))
        return found

    def error(self, labels, logits):
        total = 0.0
        for sentences, confidence, accuracy in self.reliability(labels, logits):
            total += sentences / len(labels) * abs(accuracy - confidence)
        return total
