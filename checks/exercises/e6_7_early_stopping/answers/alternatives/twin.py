class EarlyStopping:
    """Keeps a whole second model."""

    def __init__(self, model, patience=0):
        from copy import deepcopy

        self.model, self.patience = model, patience
        self.twin = deepcopy(model)
        self.losses = []
        self.smallest = float("inf")
        self.best_epoch = 0

    def update(self, loss):
        self.losses += [loss]
        if loss < self.smallest:
            self.smallest = loss
            self.best_epoch = self.losses.index(loss) + 1
            self.twin.load_state_dict(self.model.state_dict())
        since = self.losses[self.best_epoch :]
        return bool(self.patience) and len(since) >= self.patience

    def restore(self):
        self.model.load_state_dict(self.twin.state_dict())
