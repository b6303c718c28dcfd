import numpy as np


def label_ratings(technology, entertainment, size, threshold=0.5, seed=0):
    everything = [(0, each) for each in technology] + [(1, each) for each in entertainment]
    topics = np.array([topic for topic, _ in everything], dtype=int)
    ratings = np.array([each.rating for _, each in everything], dtype=float)
    negative, positive = ratings < -threshold, ratings > threshold
    groups = [np.flatnonzero((topics == a) & mood) for a in (0, 1) for mood in (negative, positive)]
    quarter, rest = divmod(size, 4)
    if rest or quarter < 1 or quarter > min(len(group) for group in groups):
        raise ValueError(f"cannot draw {size} sentences")
    generator = np.random.default_rng(seed)
    drawn = np.concatenate([generator.choice(group, quarter, replace=False) for group in groups])
    samples = []
    for index in generator.permutation(drawn):
        topic, (sentence, _, review) = everything[index]
        samples.append(Sample(sentence, topic, int(positive[index]), review=f"{TASK_A_CLASSES[topic]} {review}"))
    return Labelled(MultiTaskDataset(samples), int((~negative & ~positive).sum()))
