def template_split(size, test_fraction=0.2, seed=0, disjoint_words=False):
    quarter = size // 4
    tested = round(quarter * test_fraction)
    if size % 4 != 0 or tested < 1 or tested >= quarter:
        raise ValueError(f"size {size} leaves a side without all four combinations of labels")
    rng = random.Random(seed)
    sources = [{"templates": part, "word_banks": {}} for part in _divide(FULL_SOURCE.templates, test_fraction, rng)]
    for key, bank in FULL_SOURCE.word_banks.items():
        parts = _divide(bank, test_fraction, rng) if disjoint_words else (bank, bank)
        for source, part in zip(sources, parts, strict=True):
            source["word_banks"][key] = part
    sides = []
    for source, count in zip(sources, (quarter - tested, tested), strict=True):
        samples = []
        for a in (1, 0):
            for b in (1, 0):
                samples += generate_category_samples(SentenceSource(**source), a, b, count, rng)
        rng.shuffle(samples)
        sides.append(MultiTaskDataset(samples))
    return sides[0], sides[1]


def _divide(items, fraction, rng):
    order = list(items)
    rng.shuffle(order)
    count = max(1, min(int(len(order) * fraction + 0.5), len(order) - 1))
    return tuple(order[:-count]), tuple(order[-count:])
