def train_step(model, batch, criterion, optimizer):
    seen = []

    def closure():
        optimizer.zero_grad()
        output = model(**batch.inputs)
        loss = criterion(*output[1:], *batch[1:])
        seen.append((float(loss), MultiTaskOutput(*[tensor.detach().clone() for tensor in output])))
        if loss.requires_grad:
            loss.backward()
        return loss

    optimizer.step(closure)
    return seen[0]
