from collections import OrderedDict


class ClassificationHead(nn.Sequential):
    def __init__(self, dim=512, classes=2, dropout=0.5):
        width = int(dim / 2)
        layers = {
            "hidden": nn.Linear(dim, width),
            "dropout": nn.Dropout(p=dropout, inplace=True),
            "relu": nn.LeakyReLU(negative_slope=0.0, inplace=True),
            "logits": nn.Linear(width, classes),
        }
        super().__init__(OrderedDict(layers))
        self.classes = classes
