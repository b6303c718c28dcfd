def _weighting(model, config):
    if config.weighting is Weighting.UNCERTAINTY:
        return UncertaintyWeights().to(model.device)
    alpha, beta = config.alpha, config.beta
    if config.rebalance:
        alpha, beta = rebalance(alpha, beta, config.freeze)
    return FixedWeights(alpha, beta)


def _train_epoch(model, batches, criterion, optimizer):
    sums = torch.zeros(2, dtype=torch.float64)
    scored = []
    for batch in batches:
        optimizer.zero_grad()
        output = model(**{name: tensor.to(model.device) for name, tensor in batch.inputs.items()})
        labels = [tensor.to(model.device) for tensor in batch[1:]]
        loss = criterion(output.taskA_logits, output.taskB_logits, *labels)
        if not torch.isfinite(loss):
            raise ValueError(f"{loss.item()} is no loss to go on with")
        if loss.requires_grad:
            loss.backward()
            optimizer.step()
        sums += torch.tensor([loss.item() * len(labels[0]), len(labels[0])], dtype=torch.float64)
        scored.append((batch, MultiTaskOutput(*(tensor.detach() for tensor in output))))
    epoch = {"loss": (sums[0] / sums[1]).item()}
    for task, (labels, logits) in labels_and_logits(scored).items():
        epoch[task] = task_metrics(labels, logits)
    if isinstance(criterion, UncertaintyWeights):
        epoch["loss_weights"] = torch.exp(-criterion.log_variances.detach()).tolist()
    return epoch


def train(model, dataset, config, log=lambda text: None, progress=False, stop=lambda: False):
    if not dataset.samples:
        raise ValueError("there is nothing to train on")
    torch.manual_seed(config.seed)
    criterion = _weighting(model, config)
    groups = optimizer_groups(model, config.learning_rate, config.weight_decay, config.layer_decay)
    groups += [{"params": [p], "lr": config.weighting_learning_rate, "weight_decay": 0} for p in criterion.parameters()]
    optimizer = AdamW(groups, foreach=False)
    apply_strategy(model, config.freeze)
    if (
        config.cache_features
        and not config.unfreeze
        and not any(p.requires_grad for p in model.transformer.parameters())
    ):
        batches = feature_batches(model, dataset, config.batch_size, seed=config.seed)
    else:
        batches = token_batches(model, dataset, config.batch_size, seed=config.seed)
    history = []
    for number in range(config.epochs):
        if len(config.unfreeze) > 0:
            UnfreezeSchedule(dict(config.unfreeze)).apply(model, number + 1)
        model.train()
        history.append(_train_epoch(model, track(batches, "", progress), criterion, optimizer))
        log("\n".join([f"Epoch {number + 1}/{config.epochs}:", *format_epoch(history[number]).split("\n")]))
        if stop() is True:
            return history
    return history
