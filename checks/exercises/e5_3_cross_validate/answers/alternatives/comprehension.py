def cross_validate(dataset, config, folds=5, device="cpu", log=lambda text: None, progress=False):
    pairs = stratified_folds(dataset, folds, config.seed)
    results = [run(config, *pair, device=device, progress=progress).metrics for pair in pairs]
    for number, metrics in enumerate(results):
        log(f"Fold {number + 1}/{folds}:\n{format_evaluation(metrics)}")
    return results
