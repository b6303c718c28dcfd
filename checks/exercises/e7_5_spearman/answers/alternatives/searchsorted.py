def spearman(similarities, grades):
    if len(similarities) != len(grades):
        raise ValueError("lengths differ")
    a, b = (_ranks(side.double()) for side in (similarities, grades))
    a, b = a - a.mean(), b - b.mean()
    return (a @ b / (a.norm() * b.norm())).item()


def _ranks(values):
    ordered = values.sort().values
    left = torch.searchsorted(ordered, values, right=False)
    right = torch.searchsorted(ordered, values, right=True)
    return (left + right + 1).double() / 2
