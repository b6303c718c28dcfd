def spearman(similarities, grades):
    if similarities.shape != grades.shape:
        raise ValueError("as many similarities as grades are needed")
    stacked = torch.stack([_ranks(similarities), _ranks(grades)])
    return float(torch.corrcoef(stacked)[0, 1])


def _ranks(values):
    values = values.double()
    below = (values.unsqueeze(1) > values).sum(1)
    equal = (values.unsqueeze(1) == values).sum(1)
    return below + (equal + 1) / 2.0
