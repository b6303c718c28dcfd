def stratified_split(dataset, test_fraction=0.2, seed=0):
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(dataset), generator=generator).tolist()
    totals = Counter((dataset[i].taskA, dataset[i].taskB) for i in order)
    if not totals or max(totals.values()) < 2:
        raise ValueError("too few samples")
    seen, train, test = Counter(), [], []
    for i in order:
        combination = dataset[i].taskA, dataset[i].taskB
        total = totals[combination]
        wanted = min(max(round(total * test_fraction), 1), total - 1)
        (test if seen[combination] < wanted else train).append(i)
        seen[combination] += 1
    return dataset.subset(train), dataset.subset(test)
