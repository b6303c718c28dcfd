class UnfreezeSchedule:
    def __init__(self, milestones):
        self._milestones = tuple(milestones.items())
        for epoch, layers in self._milestones:
            if epoch <= 0:
                raise ValueError(f"epoch {epoch}")
            if layers <= -1:
                raise ValueError(f"{layers} layers")

    def trainable_layers(self, epoch):
        latest, trainable = 0, 0
        for start, layers in self._milestones:
            if latest < start <= epoch:
                latest, trainable = start, layers
        return trainable

    def apply(self, model, epoch):
        groups = layer_groups(model.transformer)
        for _, layers in self._milestones:
            if layers > len(groups):
                raise ValueError(f"there are only {len(groups)} layer groups")
        trainable = self.trainable_layers(epoch)
        set_trainable(model.transformer, False)
        if trainable:
            for group in groups[-trainable:]:
                set_trainable(group, True)
        model.train(mode=model.training)
