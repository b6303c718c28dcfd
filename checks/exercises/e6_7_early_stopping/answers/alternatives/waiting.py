import torch


class EarlyStopping:
    def __init__(self, model, patience=0):
        self.model, self.patience = model, patience
        self.best_epoch, self.losses, self.waited = 0, [], 0
        self.kept = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}

    def update(self, loss):
        self.losses.append(loss)
        finite = [each for each in self.losses[:-1] if each == each]
        if loss == loss and (not finite or loss < min(finite)):
            self.waited = 0
            self.best_epoch = len(self.losses)
            self.kept = {name: tensor.detach().clone() for name, tensor in self.model.state_dict().items()}
        else:
            self.waited += 1
        if self.patience == 0:
            return False
        return self.waited >= self.patience

    def restore(self):
        with torch.no_grad():
            for name, tensor in self.model.state_dict().items():
                tensor.copy_(self.kept[name])
