from math import floor


def stratified_split(dataset, test_fraction=0.2, seed=0):
    groups = {}
    for index, sample in enumerate(dataset):
        groups.setdefault((sample.taskA, sample.taskB), []).append(index)
    if all(len(group) < 2 for group in groups.values()):
        raise ValueError("no combination of labels occurs twice")
    generator = random.Random(f"split {seed}")
    tested = set()
    for group in groups.values():
        if len(group) > 1:
            generator.shuffle(group)
            count = max(1, floor(len(group) * test_fraction))
            tested |= set(group[: min(count, len(group) - 1)])
    order = list(range(len(dataset)))
    generator.shuffle(order)
    train = [index for index in order if index not in tested]
    return dataset.subset(train), dataset.subset(index for index in order if index in tested)
