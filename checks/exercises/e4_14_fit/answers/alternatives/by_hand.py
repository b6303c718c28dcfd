# Plain SGD needs no optimizer.
import math


def fit(model, train, validation, epochs=3, learning_rate=0.1, max_norm=1.0):
    import copy

    steps, step, history = epochs * len(train), 0, []
    best, best_loss = copy.deepcopy(model.state_dict()), math.inf
    for _ in range(epochs):
        losses, sizes = [], []
        for inputs, labels in train:
            model.train()
            loss = F.cross_entropy(model(inputs), labels)
            gradients = torch.autograd.grad(loss, list(model.parameters()))
            norm = torch.stack([gradient.norm() for gradient in gradients]).norm()
            factor = learning_rate * (1 - step / steps) * min(1.0, max_norm / (norm.item() + 1e-6))
            with torch.no_grad():
                for parameter, gradient in zip(model.parameters(), gradients, strict=True):
                    parameter -= factor * gradient
            step += 1
            losses.append(loss.item())
            sizes.append(len(labels))
        mean = sum(loss * size for loss, size in zip(losses, sizes, strict=True)) / sum(sizes)
        history.append({"train": mean, "validation": _mean_loss(model, validation)})
        if history[-1]["validation"] < best_loss:
            best, best_loss = copy.deepcopy(model.state_dict()), history[-1]["validation"]
    model.load_state_dict(best)
    return history


def _mean_loss(model, batches):
    model.eval()
    with torch.no_grad():
        logits = torch.cat([model(inputs) for inputs, _ in batches])
    return F.cross_entropy(logits, torch.cat([labels for _, labels in batches])).item()
