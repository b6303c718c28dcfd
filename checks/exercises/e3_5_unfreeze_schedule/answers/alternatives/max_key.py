class UnfreezeSchedule:
    def __init__(self, milestones):
        if not all(epoch >= 1 and layers >= 0 for epoch, layers in milestones.items()):
            raise ValueError("epochs count from 1 and layers from 0")
        self.milestones = {0: 0, **milestones}

    def trainable_layers(self, epoch):
        return self.milestones[max(start for start in self.milestones if start <= epoch)]

    def apply(self, model, epoch):
        waiting = layer_groups(model.transformer)
        trainable = self.trainable_layers(epoch)
        if trainable > len(waiting):
            raise ValueError("the backbone has too few layers")
        for _ in range(trainable):
            set_trainable(waiting.pop(), True)
        for group in waiting:
            set_trainable(group, False)
        model.train(model.training)
