import re
from collections import Counter


def _count(sentences):
    counted = Counter()
    for number, tags in enumerate(sentences):
        text = " ".join(tags) + " "
        for match in re.finditer(r"[BI]-(\S+) (?:I-\1 )*", text):
            counted[number, text[: match.start()].count(" "), text[: match.end()].count(" "), match.group(1)] += 1
    return counted


def score_entities(expected, predicted):
    if list(map(len, expected)) != list(map(len, predicted)):
        raise ValueError("not the same words")
    there, found = _count(expected), _count(predicted)
    right = (there & found).total()
    shares = [right / total if total else 0.0 for total in (found.total(), there.total())]
    return EntityScores(*shares, 2 / (1 / shares[0] + 1 / shares[1]) if right else 0.0)
