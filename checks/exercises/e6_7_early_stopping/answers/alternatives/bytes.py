import io

import torch


class EarlyStopping:
    """Keeps the weights as the bytes of a file, and finds the best epoch among the losses."""

    def __init__(self, model, patience=0):
        self.model = model
        self.patience = patience
        self.losses = []
        self.saved = self._save()

    @property
    def best_epoch(self):
        numbers = [(loss, epoch) for epoch, loss in enumerate(self.losses, start=1) if loss == loss]
        return min(numbers)[1] if numbers else 0

    def _save(self):
        file = io.BytesIO()
        torch.save(self.model.state_dict(), file)
        return file.getvalue()

    def update(self, loss):
        self.losses.append(float(loss))
        if self.best_epoch == len(self.losses):
            self.saved = self._save()
        return self.patience > 0 and len(self.losses) >= self.best_epoch + self.patience

    def restore(self):
        self.model.load_state_dict(torch.load(io.BytesIO(self.saved)))
