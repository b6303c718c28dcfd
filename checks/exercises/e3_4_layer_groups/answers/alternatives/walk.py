def layer_groups(transformer):
    if not hasattr(transformer, "config") or not hasattr(transformer.config, "num_hidden_layers"):
        raise ValueError("the backbone does not say how many layers it has")
    number = transformer.config.num_hidden_layers
    layers, bottom, waiting = None, [], [transformer]
    while waiting and layers is None:  # the outermost first
        module = waiting.pop(0)
        for child in module.children():
            if isinstance(child, nn.ModuleList) and len(child) == number:
                layers = child
            waiting.append(child)
    if layers is None:
        raise ValueError("there are no layers")
    in_layers = set(layers.modules())

    def walk(module):
        for name, child in module.named_children():
            if child in in_layers or name == "pooler":
                continue
            if in_layers & set(child.modules()):
                walk(child)
            else:
                bottom.append(child)

    walk(transformer)
    groups = [nn.Sequential(*bottom)]
    groups.extend(layers)
    rest = set(transformer.parameters())
    for group in groups:
        rest = rest - set(group.parameters())
    if rest:
        raise ValueError(f"{len(rest)} parameters would belong to no group")
    return groups
