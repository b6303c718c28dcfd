def optimizer_groups(model, learning_rate, weight_decay, layer_decay=1.0):
    modules = [(model.get_submodule(name), 0) for name in PARTS]
    if layer_decay != 1:
        layers = layer_groups(model.transformer)
        modules[0:1] = [(layer, len(layers) - number) for number, layer in enumerate(layers)]
    return [
        {"params": module.parameters(), "lr": learning_rate * layer_decay**depth, "weight_decay": weight_decay}
        for module, depth in modules
    ]
