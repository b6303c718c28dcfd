import math

import torch


class EarlyStopping:
    def __init__(self, model, patience=0):
        self.model = model
        self.patience = patience
        self.best_epoch = 0
        self.losses = []
        self.remaining = patience
        self.best_loss = None
        self.parameters = [p.detach().clone() for p in model.parameters()]
        self.buffers = [b.clone() for b in model.buffers()]

    def update(self, loss):
        self.losses.append(loss)
        better = not math.isnan(loss) and (self.best_loss is None or loss < self.best_loss)
        if better:
            self.best_loss = loss
            self.best_epoch = len(self.losses)
            self.remaining = self.patience
            self.parameters = [p.detach().clone() for p in self.model.parameters()]
            self.buffers = [b.clone() for b in self.model.buffers()]
            return False
        self.remaining -= 1
        return self.remaining == 0

    @torch.no_grad()
    def restore(self):
        for own, kept in zip(self.model.parameters(), self.parameters, strict=True):
            own.copy_(kept)
        for own, kept in zip(self.model.buffers(), self.buffers, strict=True):
            own.copy_(kept)
