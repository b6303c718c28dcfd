def evaluate(model, batches):
    batches = [batch.to(model.device) for batch in batches]
    with inference(model):
        outputs = [model(**batch.inputs) for batch in batches]
    predictions = labels_and_logits(zip(batches, outputs, strict=True))
    metrics = {}
    for task, (labels, logits) in predictions.items():
        metrics[task] = task_metrics(labels, logits) | roc(labels, logits)
    accuracies = {f"{task}_accuracy": metrics[task]["accuracy"] for task in metrics}
    return {"overall": {**accuracies, "combined_accuracy": sum(accuracies.values()) / 2}, **metrics}
