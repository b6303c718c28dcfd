class UncertaintyWeights(nn.Module):
    def __init__(self):
        super().__init__()
        self.taskA = nn.Parameter(torch.tensor(0.0))
        self.taskB = nn.Parameter(torch.tensor(0.0))

    def weights(self):
        return [(-self.taskA).exp().item(), (-self.taskB).exp().item()]

    def forward(self, taskA_logits, taskB_logits, taskA_labels, taskB_labels):
        total = 0
        for s, logits, labels in (
            (self.taskA, taskA_logits, taskA_labels),
            (self.taskB, taskB_logits, taskB_labels),
        ):
            total = total + F.cross_entropy(logits, labels) / s.exp() + 0.5 * s
        return total
