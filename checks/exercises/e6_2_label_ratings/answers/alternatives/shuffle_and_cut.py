from itertools import product


def _mood(rating, threshold):
    if rating > threshold:
        return 1
    return 0 if rating < -threshold else None


def label_ratings(technology, entertainment, size, threshold=0.5, seed=0):
    generator = random.Random(f"reviews {seed}")
    of_topic = {0: list(technology), 1: list(entertainment)}
    neutral = [each for rated in of_topic.values() for each in rated if _mood(each.rating, threshold) is None]
    chosen = []
    for topic, mood in product(of_topic, (1, 0)):
        fitting = [each for each in of_topic[topic] if _mood(each.rating, threshold) == mood]
        if size <= 0 or size / 4 != size // 4 or len(fitting) * 4 < size:
            raise ValueError(f"size {size} does not fit")
        generator.shuffle(fitting)
        for each in fitting[: int(size / 4)]:
            chosen.append(Sample(each.sentence, topic, mood, review=" ".join((TASK_A_CLASSES[topic], each.review))))
    return Labelled(MultiTaskDataset(sorted(chosen, key=lambda _: generator.random())), len(neutral))
