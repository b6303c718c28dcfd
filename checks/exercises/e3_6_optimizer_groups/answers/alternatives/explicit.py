def optimizer_groups(model, learning_rate, weight_decay, layer_decay=1.0):
    groups = []

    def add(module, rate):
        groups.append({"params": [*module.parameters()], "lr": rate, "weight_decay": weight_decay})

    for name in PARTS[1:]:
        add(getattr(model, name), learning_rate)
    if layer_decay == 1:
        add(model.transformer, learning_rate)
        return groups
    rate = learning_rate
    for group in reversed(layer_groups(model.transformer)):
        rate *= layer_decay
        add(group, rate)
    return groups
