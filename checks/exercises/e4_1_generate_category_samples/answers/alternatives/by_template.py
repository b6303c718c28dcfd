from string import Formatter


def generate_category_samples(source, taskA, taskB, count, rng):
    banks = source.words_for(taskA, taskB)

    def one():
        template = source.templates[rng.randrange(len(source.templates))]
        slots = [slot for _, slot, _, _ in Formatter().parse(template) if slot]
        words = tuple(banks[slot][int(rng.random() * len(banks[slot]))] for slot in slots)
        sentence = template.format(**dict(zip(slots, words, strict=True)))
        return Sample(sentence, taskA, taskB, template=template, words=words)

    return [one() for _ in range(count)]
