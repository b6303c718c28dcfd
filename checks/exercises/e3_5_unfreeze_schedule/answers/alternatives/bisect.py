from bisect import bisect_right


class UnfreezeSchedule:
    def __init__(self, milestones):
        if any(epoch < 1 for epoch in milestones) or any(layers < 0 for layers in milestones.values()):
            raise ValueError("impossible milestones")
        self.epochs = sorted(milestones)
        self.layers = [0] + [milestones[epoch] for epoch in self.epochs]

    def trainable_layers(self, epoch):
        return self.layers[bisect_right(self.epochs, epoch)]

    def apply(self, model, epoch):
        groups = layer_groups(model.transformer)
        frozen = len(groups) - self.trainable_layers(epoch)
        if frozen < 0:
            raise ValueError("too few layers")
        for number, group in enumerate(groups):
            set_trainable(group, number >= frozen)
            group.train(model.training and number >= frozen)
