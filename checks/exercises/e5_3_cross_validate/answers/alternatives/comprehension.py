def cross_validate(dataset, config, folds=5, device="cpu", log=lambda text: None, progress=False):
    def measure(number, pair):
        metrics = run(config, *pair, device=device, progress=progress).metrics
        log(f"Fold {number + 1}/{folds}:\n{format_evaluation(metrics)}")
        return metrics

    return [measure(*numbered) for numbered in enumerate(stratified_folds(dataset, folds, config.seed))]
