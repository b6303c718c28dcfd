def train(model, dataset, config, log=lambda text: None, progress=False):
    if len(dataset) == 0:
        raise ValueError("nothing to train on")
    apply_strategy(model, config.freeze)
    criterion = build_criterion(config)
    criterion.to(model.device)
    optimizer = build_optimizer(model, criterion, config)
    schedule = UnfreezeSchedule(dict(config.unfreeze)) if config.unfreeze else None
    batches = _training_batches(model, dataset, config)
    torch.manual_seed(config.seed)
    history = []
    epoch = 0
    while epoch < config.epochs:
        epoch += 1
        model.train()
        if schedule is not None:
            schedule.apply(model, epoch)
        losses, labels, logits = [], ([], []), ([], [])
        for batch in track(batches, str(epoch), progress):
            loss, output = train_step(model, batch.to(model.device), criterion, optimizer)
            losses += [loss] * len(batch.taskA_labels)
            for task in range(2):
                labels[task].append(batch[1 + task].cpu())
                logits[task].append(output[1 + task].cpu())
        mean = sum(losses) / len(losses)
        if mean != mean or mean in (float("inf"), float("-inf")):
            raise ValueError("the loss is not finite")
        metrics = {"loss": mean}
        for task, name in enumerate(("taskA", "taskB")):
            metrics[name] = task_metrics(torch.cat(labels[task]), torch.cat(logits[task]))
        if config.weighting == "uncertainty":
            metrics["loss_weights"] = criterion.weights()
        history.append(metrics)
        log(f"Epoch {epoch}/{config.epochs}:\n" + format_epoch(metrics))
    return history
