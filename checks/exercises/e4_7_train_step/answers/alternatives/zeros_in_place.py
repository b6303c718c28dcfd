def train_step(model, batch, criterion, optimizer):
    output = model.forward(**batch.inputs)
    detached = output._replace(**{name: value.data for name, value in output._asdict().items()})
    loss = criterion(output[1], output[2], batch[1], batch[2])
    value = loss.tolist()
    if loss.grad_fn is None:
        return value, detached
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad = torch.zeros_like(parameter) if parameter.requires_grad else None
    torch.autograd.backward(loss)
    optimizer.step()
    optimizer.zero_grad()
    return value, detached
