def layer_groups(transformer):
    for path in ("encoder.layer", "transformer.layer"):
        try:
            groups = [transformer.get_submodule("embeddings"), *transformer.get_submodule(path)]
        except AttributeError:
            continue
        break
    else:
        raise ValueError("unknown backbone")
    rest = set(transformer.parameters())
    for group in groups:
        rest -= set(group.parameters())
    if rest:
        raise ValueError(f"{len(rest)} parameters would belong to no group")
    return groups
