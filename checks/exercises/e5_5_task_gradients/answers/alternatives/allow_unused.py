def task_gradients(losses, parameters):
    weights = tuple(parameters)
    size = sum(w.numel() for w in weights)
    result = torch.zeros(len(losses), size)
    for row, loss in enumerate(losses):
        start = 0
        for w, g in zip(weights, torch.autograd.grad(loss, weights, retain_graph=True, allow_unused=True), strict=True):
            if g is not None:
                result[row, start : start + w.numel()] = g.ravel()
            start += w.numel()
    return result
