def evaluate(model, batches):
    before = {module: module.training for module in model.modules()}
    model.eval()
    labels = {"taskA": [], "taskB": []}
    logits = {"taskA": [], "taskB": []}
    try:
        with torch.no_grad():
            for batch in batches:
                batch = batch.to(model.device)
                output = model(**batch.inputs)
                labels["taskA"].append(batch.taskA_labels.cpu())
                labels["taskB"].append(batch.taskB_labels.cpu())
                logits["taskA"].append(output.taskA_logits.cpu())
                logits["taskB"].append(output.taskB_logits.cpu())
    finally:
        for module, mode in before.items():
            module.training = mode
    if not labels["taskA"]:
        raise ValueError("there is nothing to evaluate")
    result = {}
    for task in ("taskA", "taskB"):
        true, scores = torch.cat(labels[task]), torch.cat(logits[task])
        result[task] = task_metrics(true, scores)
        result[task].update(roc(true, scores))
    a, b = result["taskA"]["accuracy"], result["taskB"]["accuracy"]
    result["overall"] = {"taskA_accuracy": a, "taskB_accuracy": b, "combined_accuracy": 0.5 * a + 0.5 * b}
    return result
