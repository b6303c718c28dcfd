import torch.nn.functional as F


class ClassificationHead(nn.Module):
    def __init__(self, dim=512, classes=2, dropout=0.5):
        super().__init__()
        self.hidden = nn.Linear(dim, dim // 2)
        self.output = nn.Linear(dim // 2, classes)
        self.dropout = dropout

    @property
    def classes(self):
        return self.output.out_features

    def forward(self, embeddings):
        hidden = F.dropout(F.relu(self.hidden(embeddings)), self.dropout, training=self.training)
        return self.output(hidden)
