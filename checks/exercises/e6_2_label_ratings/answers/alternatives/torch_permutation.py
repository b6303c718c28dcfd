import torch


def label_ratings(technology, entertainment, size, threshold=0.5, seed=0):
    generator = torch.Generator().manual_seed(seed)
    if size < 4 or size % 4 != 0:
        raise ValueError("size must be a positive multiple of four")
    missing = dict.fromkeys([(0, 0), (0, 1), (1, 0), (1, 1)], size // 4)
    rated = [("Technology", each) for each in technology] + [("Entertainment", each) for each in entertainment]
    neutral, samples = sum(-threshold <= each.rating <= threshold for _, each in rated), []
    for place in torch.randperm(len(rated), generator=generator).tolist():
        name, each = rated[place]
        if -threshold <= each.rating <= threshold:
            continue
        labels = ("Technology", "Entertainment").index(name), 1 if each.rating > threshold else 0
        if missing[labels]:
            missing[labels] -= 1
            samples.append(Sample(each.sentence, *labels, "", (), f"{name} {each.review}"))
    if any(missing.values()):
        raise ValueError(f"not enough sentences of {[labels for labels, count in missing.items() if count]}")
    return Labelled(dataset=MultiTaskDataset(samples), neutral=neutral)
