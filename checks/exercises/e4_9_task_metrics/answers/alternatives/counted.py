def task_metrics(labels, logits):
    predictions = logits.max(dim=1).indices
    classes = logits.shape[1]
    matrix = [[0] * classes for _ in range(classes)]
    for label, prediction in zip(labels.tolist(), predictions.tolist(), strict=True):
        matrix[label][prediction] += 1
    total = sum(map(sum, matrix))
    averages = {"precision": 0.0, "recall": 0.0, "f1": 0.0}
    for label in range(classes):
        hits, true, predicted = matrix[label][label], sum(matrix[label]), sum(row[label] for row in matrix)
        averages["precision"] += true / total * (hits / predicted if predicted else 0)
        averages["recall"] += hits / total
        averages["f1"] += true / total * (2 * hits / (true + predicted) if true + predicted else 0)
    return {
        "accuracy": sum(matrix[label][label] for label in range(classes)) / total,
        **averages,
        "confusion_matrix": matrix,
    }
