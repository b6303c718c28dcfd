class ClassificationHead(nn.Module):
    def __init__(self, dim=512, classes=2, dropout=0.5):
        super().__init__()
        self.classes, self.dropout, hidden = classes, dropout, dim // 2
        self.b2, self.b1 = nn.Parameter(torch.zeros(classes)), nn.Parameter(torch.zeros(hidden))
        self.w2 = nn.Parameter(torch.randn(hidden, classes) / hidden**0.5)
        self.w1 = nn.Parameter(torch.randn(dim, hidden) / dim**0.5)

    def forward(self, embeddings):
        hidden = embeddings @ self.w1 + self.b1
        if self.training and self.dropout:
            kept = torch.rand_like(hidden) >= self.dropout
            hidden = hidden * kept / (1 - self.dropout)
        return hidden.clamp(min=0) @ self.w2 + self.b2
