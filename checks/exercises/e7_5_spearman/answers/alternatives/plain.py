def spearman(similarities, grades):
    if len(similarities) != len(grades):
        raise ValueError(f"{len(similarities)} and {len(grades)} values")
    xs, ys = _ranks(similarities.tolist()), _ranks(grades.tolist())
    mx, my = sum(xs) / len(xs), sum(ys) / len(ys)
    sxy = sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True))
    sxx, syy = sum((x - mx) ** 2 for x in xs), sum((y - my) ** 2 for y in ys)
    return float("nan") if sxx == 0 or syy == 0 else sxy / (sxx * syy) ** 0.5


def _ranks(values):
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for place in order[start : end + 1]:
            ranks[place] = (start + end) / 2 + 1
        start = end + 1
    return ranks
