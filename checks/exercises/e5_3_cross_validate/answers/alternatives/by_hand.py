def cross_validate(dataset, config, folds=5, device="cpu", log=lambda text: None, progress=False):
    metrics = []
    for train_set, test_set in stratified_folds(dataset, folds=folds, seed=config.seed):
        model = build_model(config, len(dataset.taskA_classes), len(dataset.taskB_classes))
        model.to(torch.device(device))
        train(model, train_set, config, progress=progress)
        metrics += [evaluate(model, token_batches(model, test_set, len(test_set)))]
        log("\n".join([f"Fold {len(metrics)}/{folds}:", format_evaluation(metrics[-1])]))
    return metrics
