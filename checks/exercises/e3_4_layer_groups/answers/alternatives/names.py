import re


def layer_groups(transformer):
    found = {}
    for name, _ in transformer.named_parameters():
        match = re.match(r"embeddings|(encoder|transformer)\.layer\.(\d+)", name)
        if match is None:
            raise ValueError(f"{name} belongs to no layer")
        found[int(match[2] or 0) + 1 if match[1] else 0] = match[0]
    if len(found) < 2 or 0 not in found:
        raise ValueError("there are no embeddings or no layers")
    return [transformer.get_submodule(found[number]) for number in sorted(found)]
