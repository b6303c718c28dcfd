def review_split(dataset, fraction=0.2, seed=0):
    generator = random.Random(seed)
    groups = {}
    for place, sample in enumerate(dataset.samples):
        groups.setdefault(sample.review if sample.review else sample.template, []).append(place)
    if len(groups) <= 1:
        raise ValueError("at least two reviews are needed")

    every = Counter(sample.labels for sample in dataset.samples)

    def distance(names):
        counts = Counter(dataset.samples[place].labels for name in names for place in groups[name])
        return sum((counts[labels] - fraction * count) ** 2 for labels, count in every.items())

    # Begin with a random share of the reviews, and let each change sides as long as that helps.
    names = list(groups)
    generator.shuffle(names)
    held = set(names[: min(max(round(fraction * len(names)), 1), len(names) - 1)])
    for _ in range(2):
        for name in names:
            changed = held ^ {name}
            if 0 < len(changed) < len(names) and distance(changed) < distance(held):
                held = changed
    test = {place for name in held for place in groups[name]}
    train = dataset.subset(place for place in range(len(dataset)) if place not in test)
    return train, dataset.subset(sorted(test))
