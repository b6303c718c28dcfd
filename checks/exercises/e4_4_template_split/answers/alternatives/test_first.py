from dataclasses import replace


def template_split(size, test_fraction=0.2, seed=0, disjoint_words=False):
    test_size = round(size * test_fraction / 4) * 4
    train_size = size - test_size
    if size % 4 or min(train_size, test_size) < 4:
        raise ValueError("size")
    words, templates = random.Random(seed + 1), random.Random(seed)
    sources = [
        replace(FULL_SOURCE, templates=tuple(t)) for t in _partition(FULL_SOURCE.templates, test_fraction, templates)
    ]
    if disjoint_words:
        banks = {key: _partition(bank, test_fraction, words) for key, bank in FULL_SOURCE.word_banks.items()}
        sources = [
            replace(source, word_banks={key: tuple(halves[side]) for key, halves in banks.items()})
            for side, source in enumerate(sources)
        ]
    test = generate_dataset(test_size, seed=seed, source=sources[1])
    return generate_dataset(train_size, seed=seed, source=sources[0]), test
