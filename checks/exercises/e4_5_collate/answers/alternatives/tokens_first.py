def collate(samples, tokenizer, max_length=128):
    rows = [tokenizer(sample.sentence, truncation=True, max_length=max_length)["input_ids"] for sample in samples]
    longest = max(map(len, rows))
    ids = torch.full((len(rows), longest), tokenizer.pad_token_id)
    mask = torch.zeros(len(rows), longest, dtype=torch.long)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = torch.tensor(row)
        mask[index, : len(row)] = 1
    labels = torch.tensor([(sample.taskA, sample.taskB) for sample in samples])
    return Batch({"attention_mask": mask, "input_ids": ids}, labels[:, 0], labels[:, 1])
