# Everything is collected first, then measured.
def measure(model, batches):
    from sklearn.metrics import accuracy_score, balanced_accuracy_score, log_loss

    mode = model.training
    model.eval()
    with torch.no_grad():
        scores = torch.cat([model(inputs) for inputs, _ in batches]).double().softmax(dim=1).numpy()
    model.train(mode)
    labels = torch.cat([labels for _, labels in batches]).numpy()
    return {
        "loss": float(log_loss(labels, scores, labels=[0, 1])),
        "accuracy": float(accuracy_score(labels, scores.argmax(axis=1))),
        "recall": float(balanced_accuracy_score(labels, scores.argmax(axis=1))),
        "auc": float(roc_auc_score(labels, scores[:, 1])),
    }
