def layer_groups(transformer):
    try:
        depth = transformer.config.num_hidden_layers
        layers = next(m for m in transformer.modules() if isinstance(m, nn.ModuleList) and len(m) == depth)
    except (AttributeError, StopIteration):
        raise ValueError("unknown backbone") from None
    if getattr(transformer, "pooler", None) is not None:
        raise ValueError("take the pooler off first")
    above = {id(module) for module in layers.modules()}
    holders = {id(module) for module in transformer.modules() if layers in list(module.modules())}
    bottom = nn.ModuleList()
    for module in transformer.modules():
        own = list(module.parameters(recurse=False))
        if id(module) in above or not own:
            continue
        if id(module) in holders:
            raise ValueError("a module that holds layers has parameters of its own")
        bottom.append(module)
    return [bottom, *(layers[index] for index in range(depth))]
