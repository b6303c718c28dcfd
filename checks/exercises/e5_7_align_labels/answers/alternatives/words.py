def align_labels(word_labels, word_ids):
    rows = []
    for labels, pieces in zip(word_labels, word_ids, strict=True):
        row = [UNLABELLED] * len(pieces)
        for word, label in enumerate(labels):
            if word in pieces:
                row[pieces.index(word)] = label
        rows.append(torch.tensor(row))
    return torch.stack(rows)
