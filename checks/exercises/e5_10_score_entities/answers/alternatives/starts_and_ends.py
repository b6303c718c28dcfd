def _begins(before, tag):
    return tag != "O" and (tag[0] == "B" or before[2:] != tag[2:])


def _find_entities(sentences):
    found = set()
    for number, tags in enumerate(sentences):
        starts = [i for i, tag in enumerate(tags) if _begins(tags[i - 1] if i else "O", tag)]
        for i in starts:
            end = next(
                (j for j in range(i + 1, len(tags)) if tags[j] == "O" or _begins(tags[j - 1], tags[j])), len(tags)
            )
            found.add(Entity(number, i, end, tags[i][2:]))
    return found


def score_entities(expected, predicted):
    for a, b in zip(expected, predicted, strict=True):
        if len(a) != len(b):
            raise ValueError(f"{len(a)} words, but {len(b)} predicted tags")
    there, found = map(_find_entities, (expected, predicted))
    hits, misses, false = len(there & found), len(there - found), len(found - there)
    return EntityScores(
        precision=hits / max(hits + false, 1),
        recall=hits / max(hits + misses, 1),
        f1=2 * hits / max(2 * hits + misses + false, 1),
    )
