from sklearn.model_selection import StratifiedKFold


def cross_validate(dataset, config, folds=5, device="cpu", log=lambda text: None, progress=False):
    counts = dataset.distribution().values()
    if folds < 2 or folds > min(counts):
        raise ValueError(f"{folds} folds cannot be made")
    labels = [f"{sample.taskA},{sample.taskB}" for sample in dataset.samples]
    splitter = StratifiedKFold(n_splits=folds, shuffle=True, random_state=config.seed)
    results = []
    for train_rows, test_rows in splitter.split(labels, labels):
        train_set, test_set = dataset.subset(train_rows), dataset.subset(test_rows)
        model = build_model(config, len(train_set.taskA_classes), len(train_set.taskB_classes)).to(device)
        for _ in train(model, train_set, config, progress=progress):
            pass
        results.append(evaluate(model, token_batches(model, test_set, config.batch_size)))
        log(f"Fold {len(results)}/{folds}:\n{format_evaluation(results[-1])}")
    return results
