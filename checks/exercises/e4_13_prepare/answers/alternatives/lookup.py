# Texts keep their labels in pairs; the batches are cut by `split`.
def prepare(texts, labels, test_share=0.25, batch_size=8, seed=0):
    import random

    pairs = list(dict(reversed(list(zip(texts, labels, strict=True)))).items())[::-1]
    drawn = random.Random(seed).sample(range(len(pairs)), round(test_share * len(pairs)))
    test = [pair for index, pair in enumerate(pairs) if index in drawn]
    train = [pair for index, pair in enumerate(pairs) if index not in drawn]
    random.Random(seed + 1).shuffle(train)
    vocabulary = tuple(dict.fromkeys(word for text, _ in train for word in text.split()))
    classes = tuple(dict.fromkeys(labels))

    def batched(side):
        features = torch.zeros(len(side), len(vocabulary))
        for row, (text, _) in enumerate(side):
            for word in text.split():
                if word in vocabulary:
                    features[row, vocabulary.index(word)] += 1
        numbers = torch.tensor([classes.index(label) for _, label in side])
        return list(zip(features.split(batch_size), numbers.split(batch_size), strict=True))

    return Prepared(vocabulary, classes, batched(train), batched(test))
