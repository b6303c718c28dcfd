def layer_groups(transformer):
    depth = getattr(getattr(transformer, "config", None), "num_hidden_layers", None)
    for module in transformer.modules():
        if type(module) is nn.ModuleList and len(module) == depth:
            break
    else:
        raise ValueError("unknown backbone")
    parts = list(_around(module, transformer))
    bottom = parts[0] if len(parts) == 1 else nn.ModuleList(parts)
    groups = [bottom, *module.children()]
    if sum(p.numel() for g in groups for p in g.parameters()) != sum(p.numel() for p in transformer.parameters()):
        raise ValueError("there is a pooler, or a parameter that belongs to no part")
    return groups


def _around(layers, module):
    for name, child in module.named_children():
        if child is layers or name == "pooler":
            continue
        if any(inner is layers for inner in child.modules()):
            yield from _around(layers, child)
        else:
            yield child
