# Gradients are cleared after the step, and the schedule is a polynomial of degree one.
def fit(model, train, validation, epochs=3, learning_rate=0.1, max_norm=1.0):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    schedule = torch.optim.lr_scheduler.PolynomialLR(optimizer, total_iters=epochs * len(train), power=1.0)
    history, kept = [], []
    optimizer.zero_grad()
    for _ in range(epochs):
        model.train()
        losses = []
        for inputs, labels in train:
            each = F.cross_entropy(model(inputs), labels, reduction="none")
            each.mean().backward()
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
            losses += each.tolist()
        history.append({"train": sum(losses) / len(losses), "validation": _validate(model, validation)})
        kept.append({name: tensor.detach().clone() for name, tensor in model.state_dict().items()})
    best = min(range(epochs), key=lambda epoch: history[epoch]["validation"])
    model.load_state_dict(kept[best])
    return history


@torch.no_grad()
def _validate(model, batches):
    model.eval()
    total, count = 0.0, 0
    for inputs, labels in batches:
        total += F.cross_entropy(model(inputs), labels).item() * len(labels)
        count += len(labels)
    return total / count
