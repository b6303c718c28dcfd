from fractions import Fraction

from sklearn.model_selection import StratifiedGroupKFold


def review_split(dataset, fraction=0.2, seed=0):
    groups = [sample.review or sample.template for sample in dataset]
    known = sorted(set(groups))
    if len(known) < 2:
        raise ValueError("nothing to split: fewer than two reviews")
    share = Fraction(fraction).limit_denominator(20)
    folds, taken = max(share.denominator, 2), max(share.numerator, 1)
    if folds > len(known):
        # Too few reviews for so many folds: hold out the smallest.
        smallest = min(known, key=groups.count)
        test = {index for index, group in enumerate(groups) if group == smallest}
    else:
        combinations = [2 * sample.taskA + sample.taskB for sample in dataset]
        rarest = min(combinations.count(each) for each in set(combinations))
        if rarest < folds:
            combinations = [0] * len(groups)
        splitter = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=seed % 2**32)
        parts = [test for _, test in splitter.split(groups, combinations, groups)]
        parts.sort(key=len, reverse=taken == 1 and not all(map(len, parts)))
        test = {int(index) for part in parts[:taken] for index in part}
        if len(test) == len(groups):
            test = {int(index) for index in parts[0]}
    train = [index for index in range(len(groups)) if index not in test]
    return dataset.subset(train), dataset.subset(sorted(test))
