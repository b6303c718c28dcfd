import numpy as np


def review_split(dataset, fraction=0.2, seed=0):
    names = list(dict.fromkeys(sample.group for sample in dataset.samples))
    if len(names) < 2:
        raise ValueError(f"{len(names)} reviews cannot be split")
    pairs = sorted({sample.labels for sample in dataset.samples})
    counts = np.zeros((len(names), len(pairs)))
    rows = {name: row for row, name in enumerate(names)}
    for sample in dataset.samples:
        counts[rows[sample.group], pairs.index(sample.labels)] += 1
    target = fraction * counts.sum(axis=0)
    held = np.zeros(len(names), dtype=bool)
    for row in np.random.RandomState(seed % 2**32).permutation(len(names)):
        now = counts[held].sum(axis=0)
        held[row] = np.abs(now + counts[row] - target).sum() < np.abs(now - target).sum()
    if held.all() or not held.any():
        held[counts.sum(axis=1).argmin()] ^= True
    out = [held[rows[sample.group]] for sample in dataset.samples]
    return tuple(dataset.subset(np.flatnonzero(np.array(out) == side).tolist()) for side in (False, True))
