def layer_groups(transformer):
    wanted = getattr(getattr(transformer, "config", None), "num_hidden_layers", -1)
    path = next(
        (name for name, m in transformer.named_modules() if isinstance(m, nn.ModuleList) and len(m) == wanted), None
    )
    if path is None:
        raise ValueError(f"a {type(transformer).__name__} has no list of its layers")
    prefix = f"{path}." if path else ""
    names = [name.rpartition(".")[0] for name, _ in transformer.named_parameters() if not name.startswith(prefix)]
    if any(f"{prefix}{name}".startswith(f"{name}.") or name == "" for name in names):
        raise ValueError("there are parameters beside the parts")
    if any("pooler" in name.split(".") for name in names):
        raise ValueError("there is a pooler")
    bottom = nn.ModuleList([transformer.get_submodule(name) for name in dict.fromkeys(names)])
    return [bottom] + [transformer.get_submodule(f"{prefix}{number}") for number in range(wanted)]
