def generate_category_samples(source, taskA, taskB, count, rng):
    banks = source.words_for(taskA=taskA, taskB=taskB)
    drawn = {slot: rng.choices(bank, k=count) for slot, bank in banks.items()}
    templates = rng.choices(source.templates, k=count)
    samples = []
    for i, template in enumerate(templates):
        sentence, used = template, []
        for slot in reversed(drawn):
            if "{" + slot + "}" in sentence:
                sentence = sentence.replace("{" + slot + "}", drawn[slot][i])
                used.append(drawn[slot][i])
        samples.append(Sample(sentence=sentence, taskA=taskA, taskB=taskB, template=template, words=tuple(used)))
    return samples
