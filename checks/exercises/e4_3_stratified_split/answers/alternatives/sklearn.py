import numpy as np
from sklearn.model_selection import train_test_split


def stratified_split(dataset, test_fraction=0.2, seed=0):
    labels = np.array([(sample.taskA, sample.taskB) for sample in dataset.samples]).reshape(-1, 2)
    state = np.random.RandomState(seed % 2**32)
    train, test = [], []
    for combination in np.unique(labels, axis=0):
        members = np.flatnonzero((labels == combination).all(axis=1))
        if len(members) == 1:
            train.extend(members)
            continue
        count = int(np.clip(np.ceil(len(members) * test_fraction), 1, len(members) - 1))
        kept, held_out = train_test_split(members, test_size=count, random_state=state)
        train.extend(kept)
        test.extend(held_out)
    if not test:
        raise ValueError("one side would be empty")
    return dataset.subset(state.permutation(train)), dataset.subset(state.permutation(test))
