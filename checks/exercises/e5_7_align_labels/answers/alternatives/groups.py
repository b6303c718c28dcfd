from itertools import groupby


def _row(labels, pieces):
    row = []
    for word, run in groupby(pieces):
        rest = len(list(run)) - 1
        row += [UNLABELLED if word is None else labels[word], *[UNLABELLED] * rest]
    return row


def align_labels(word_labels, word_ids):
    return torch.tensor([_row(*pair) for pair in zip(word_labels, word_ids, strict=True)], dtype=torch.int64)
