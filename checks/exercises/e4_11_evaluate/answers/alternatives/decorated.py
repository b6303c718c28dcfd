def evaluate(model, batches):
    modes = {module: module.training for module in model.modules()}
    try:
        joined = labels_and_logits(_scored(model.eval(), batches))
    finally:
        for module, mode in modes.items():
            module.training = mode
    taskA, taskB = ({**roc(*joined[task]), **task_metrics(*joined[task])} for task in ("taskA", "taskB"))
    overall = {"taskA_accuracy": taskA["accuracy"], "taskB_accuracy": taskB["accuracy"]}
    overall["combined_accuracy"] = sum(overall.values()) / len(overall)
    return {"overall": overall, "taskA": taskA, "taskB": taskB}


@torch.no_grad()
def _scored(model, batches):
    for batch in batches:
        yield batch, model.forward(**batch.to(model.device).inputs)
