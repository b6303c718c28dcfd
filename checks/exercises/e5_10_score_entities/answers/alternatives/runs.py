def _find_entities(sentences):
    entities = []
    for number, tags in enumerate(sentences):
        place = 0
        while place < len(tags):
            if tags[place] == "O":
                place += 1
                continue
            kind = tags[place].split("-", 1)[1]
            end = place + 1
            while end < len(tags) and tags[end] == f"I-{kind}":
                end += 1
            entities.append((number, place, end, kind))
            place = end
    return entities


def score_entities(expected, predicted):
    if len(expected) != len(predicted) or any(len(a) != len(b) for a, b in zip(expected, predicted, strict=True)):
        raise ValueError("lengths differ")
    there, found = _find_entities(expected), _find_entities(predicted)
    right = sum(entity in there for entity in found)
    precision = right / len(found) if found else 0.0
    recall = right / len(there) if there else 0.0
    both = precision + recall
    return EntityScores(precision, recall, 2 * precision * recall / both if both else 0.0)
