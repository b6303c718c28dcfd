def layer_groups(transformer):
    holder = getattr(transformer, "encoder", None) or getattr(transformer, "transformer", None)
    layers = getattr(holder, "layer", None)
    if layers is None or not hasattr(transformer, "embeddings"):
        raise ValueError(f"a {type(transformer).__name__} has no layers that I know")
    groups = [transformer.embeddings]
    for layer in layers:
        groups.append(layer)
    grouped = {id(parameter) for group in groups for parameter in group.parameters()}
    if any(id(parameter) not in grouped for parameter in transformer.parameters()):
        raise ValueError("some parameters belong to no group")
    return groups
