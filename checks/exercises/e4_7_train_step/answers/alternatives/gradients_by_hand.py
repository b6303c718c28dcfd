def train_step(model, batch, criterion, optimizer):
    embeddings, logits_a, logits_b = model(**batch.inputs)
    loss = criterion(
        taskA_logits=logits_a,
        taskB_logits=logits_b,
        taskA_labels=batch.taskA_labels,
        taskB_labels=batch.taskB_labels,
    )
    known = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    trainable = [parameter for parameter in known if parameter.requires_grad]
    if trainable:
        gradients = torch.autograd.grad(loss, trainable, allow_unused=True)
        for parameter in known:
            parameter.grad = None
        for parameter, gradient in zip(trainable, gradients, strict=True):
            parameter.grad = gradient
        optimizer.step()
    return float(loss.detach()), MultiTaskOutput(embeddings.detach(), logits_a.detach(), logits_b.detach())
