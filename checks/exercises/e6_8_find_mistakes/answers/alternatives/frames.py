from collections import defaultdict


def find_mistakes(sentences, reviews, labels, logits, count=5):
    predictions = logits.softmax(dim=1).max(dim=1).indices
    losses = logits.double().logsumexp(dim=1) - logits.double().gather(1, labels.unsqueeze(1)).squeeze(1)
    everything = [
        Mistake(sentence, label.item(), prediction.item(), loss.item())
        for sentence, label, prediction, loss in zip(sentences, labels, predictions, losses, strict=True)
    ]
    worst = sorted((m for m in everything if m.label != m.predicted), key=lambda m: m.loss, reverse=True)[:count]
    counted = {"length": defaultdict(list), "negation": defaultdict(list), "review": defaultdict(list)}
    for mistake, review in zip(everything, reviews, strict=True):
        hit = int(mistake.label == mistake.predicted)
        words = sum(1 for _ in re.finditer(r"\S+", mistake.sentence))
        place = 0 if words <= 10 else 1 if words <= 20 else 2
        counted["length"][("1-10 words", "11-20 words", "more than 20 words")[place]].append(hit)
        counted["negation"]["without" if NEGATION.search(mistake.sentence) is None else "with"].append(hit)
        counted["review"][review].append(hit)
    slices = {}
    for by, found in counted.items():
        names = sorted(found) if by != "review" else list(found)  # these names happen to be in order
        slices[by] = {name: Slice(len(found[name]), sum(found[name]) / len(found[name])) for name in names}
    return Mistakes(worst, slices)
