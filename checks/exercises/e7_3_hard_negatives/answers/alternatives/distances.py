def hard_negatives(embeddings, groups, count=1):
    unit = F.normalize(embeddings, dim=1)
    distances = (unit[:, None] - unit[None]).square().sum(-1)
    distances[groups.view(-1, 1).eq(groups.view(1, -1))] = torch.inf
    values, positions = distances.topk(count, largest=False) if count < len(groups) else (torch.tensor(torch.inf), None)
    if values.isinf().any():
        raise ValueError("not enough negatives")
    return positions
