def optimizer_groups(model, learning_rate, weight_decay, layer_decay=1.0):
    layers = [] if layer_decay == 1 else layer_groups(model.transformer)
    depth_of = {id(p): len(layers) - n for n, layer in enumerate(layers) for p in layer.parameters()}
    groups = {}
    for name, parameter in model.named_parameters():
        depth = depth_of.get(id(parameter), 0)
        group = groups.setdefault(
            (name.split(".")[0], depth),
            {"params": [], "lr": learning_rate * layer_decay**depth, "weight_decay": weight_decay, "name": name},
        )
        group["params"].append(parameter)
    return list(groups.values())
