# Counted sample by sample; the AUC is the share of pairs in the right order.
@torch.inference_mode()
def measure(model, batches):
    modes = {module: module.training for module in model.modules()}
    model.eval()
    rows = [
        (logits, int(label)) for inputs, labels in batches for logits, label in zip(model(inputs), labels, strict=True)
    ]
    for module, mode in modes.items():
        module.training = mode
    losses = [float(logits.logsumexp(dim=0) - logits[label]) for logits, label in rows]
    hits = [(label, int(logits.argmax()) == label) for logits, label in rows]
    recalls = [
        sum(hit for label, hit in hits if label == each) / [label for label, _ in hits].count(each) for each in (0, 1)
    ]
    margin = {each: [float(logits[1] - logits[0]) for logits, label in rows if label == each] for each in (0, 1)}
    pairs = [(high > low) + (high == low) / 2 for high in margin[1] for low in margin[0]]
    return {
        "loss": sum(losses) / len(losses),
        "accuracy": sum(hit for _, hit in hits) / len(hits),
        "recall": sum(recalls) / 2,
        "auc": sum(pairs) / len(pairs),
    }
