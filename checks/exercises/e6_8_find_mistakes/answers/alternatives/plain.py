import math


def find_mistakes(sentences, reviews, labels, logits, count=5):
    rows = [
        (sentence, review, int(label), [float(x) for x in row])
        for sentence, review, label, row in zip(sentences, reviews, labels, logits, strict=True)
    ]
    mistakes = []
    slices = {"length": {name: [] for name in ("1-10 words", "11-20 words", "more than 20 words")}}
    slices["negation"] = {"with": [], "without": []}
    slices["review"] = {}
    for sentence, review, label, row in rows:
        top = max(row)
        predicted = row.index(top)
        loss = math.log(sum(math.exp(x - top) for x in row)) + top - row[label]
        if predicted != label:
            mistakes.append(Mistake(sentence, label, predicted, loss))
        words = len(sentence.split())
        if words < 11:
            length = "1-10 words"
        elif words < 21:
            length = "11-20 words"
        else:
            length = "more than 20 words"
        slices["length"][length].append(predicted == label)
        slices["negation"]["with" if NEGATION.search(sentence) else "without"].append(predicted == label)
        slices["review"].setdefault(review, []).append(predicted == label)
    mistakes.sort(key=lambda mistake: -mistake.loss)
    return Mistakes(
        worst=mistakes[:count],
        slices={
            by: {name: Slice(len(hits), hits.count(True) / len(hits)) for name, hits in cut.items() if hits}
            for by, cut in slices.items()
        },
    )
