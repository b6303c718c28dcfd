def task_gradients(losses, parameters):
    parameters = list(parameters)
    before = [p.grad for p in parameters]
    rows = []
    for loss in losses:
        for p in parameters:
            p.grad = None
        loss.backward(retain_graph=True, inputs=parameters)
        rows.append(torch.cat([(torch.zeros_like(p) if p.grad is None else p.grad).reshape(-1) for p in parameters]))
    for p, grad in zip(parameters, before, strict=True):
        p.grad = grad
    return torch.stack(rows).detach()
