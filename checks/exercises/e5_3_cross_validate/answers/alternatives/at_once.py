from copy import deepcopy


def cross_validate(dataset, config, folds=5, device="cpu", log=lambda text: None, progress=False):
    """Start every fold with a copy of one untrained model."""
    pairs = stratified_folds(dataset, folds, config.seed)
    untrained = build_model(config, len(dataset.taskA_classes), len(dataset.taskB_classes)).to(device)
    results = []
    while len(results) < len(pairs):
        train_set, test_set = pairs[len(results)]
        model = deepcopy(untrained)
        train(model, train_set, config, progress=progress)
        results.append(evaluate(model, token_batches(model, test_set, config.batch_size)))
        log(f"Fold {len(results)}/{folds}:\n" + format_evaluation(results[-1]))
    return results
