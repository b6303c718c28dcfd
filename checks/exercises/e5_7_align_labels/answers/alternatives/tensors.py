def align_labels(word_labels, word_ids):
    if len(word_labels) != len(word_ids):
        raise ValueError("there must be as many rows of labels as of pieces")
    numbers = torch.tensor([[-1 if word is None else word for word in pieces] for pieces in word_ids])
    before = torch.nn.functional.pad(numbers, (1, -1), value=-1)
    longest = max([numbers.max().item() + 1, *map(len, word_labels)])
    table = torch.tensor([[*labels, *[UNLABELLED] * (longest - len(labels))] for labels in word_labels])
    labels = table.gather(1, numbers.clamp(min=0))
    return labels.masked_fill((numbers == -1) | (numbers == before), UNLABELLED)
