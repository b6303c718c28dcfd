def _one_epoch(model, batches, criterion, optimizer):
    sizes, losses, scored = [], [], []
    for batch in batches:
        here = batch.to(model.device)
        loss, output = train_step(model, here, criterion, optimizer)
        if not math.isfinite(loss):
            raise divergence(f"the loss is {loss}", criterion, optimizer)
        sizes.append(len(here.taskB_labels))
        losses.append(loss)
        scored.append((here, output))
    measured = {task: task_metrics(*pair) for task, pair in labels_and_logits(scored).items()}
    loss = sum(loss * size for loss, size in zip(losses, sizes, strict=True)) / sum(sizes)
    learned = {"loss_weights": criterion.weights()} if isinstance(criterion, UncertaintyWeights) else {}
    return {"loss": loss, **measured, **learned}


def train(
    model,
    dataset,
    config,
    log=lambda *_: None,
    progress=False,
    stop=lambda: False,
    snapshots=NO_SNAPSHOTS,
):
    sentences = len(dataset)
    if sentences == 0:
        raise ValueError("there are no sentences")
    torch.manual_seed(config.seed)
    apply_strategy(model, config.freeze)
    batches = _training_batches(model, dataset, config)
    criterion = build_criterion(config).to(model.device)
    optimizer = build_optimizer(model, criterion, config, sentences=sentences)
    epochs = snapshots.restore(model=model, criterion=criterion, optimizer=optimizer, batches=batches)
    enough = False
    while len(epochs) < config.epochs and not enough:
        number = len(epochs) + 1
        if config.unfreeze:
            UnfreezeSchedule(dict(config.unfreeze)).apply(model, number)
        model.train()
        epoch = _one_epoch(model, track(batches, f"{number}", progress), criterion, optimizer)
        epochs.append(epoch)
        log(f"Epoch {number}/{config.epochs}:\n{format_epoch(epoch)}", scalars(number, epoch))
        enough = stop()
        if not enough:
            snapshots.save(epochs)
    return epochs
