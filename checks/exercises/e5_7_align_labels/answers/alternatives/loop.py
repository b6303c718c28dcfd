def align_labels(word_labels, word_ids):
    if len(word_labels) != len(word_ids):
        raise ValueError(f"{len(word_labels)} sentences have labels, but {len(word_ids)} have pieces")
    aligned = torch.full((len(word_ids), max(len(pieces) for pieces in word_ids)), UNLABELLED)
    for row, pieces in enumerate(word_ids):
        seen = set()
        for column, word in enumerate(pieces):
            if word is not None and word not in seen:
                aligned[row, column] = word_labels[row][word]
                seen.add(word)
    return aligned
