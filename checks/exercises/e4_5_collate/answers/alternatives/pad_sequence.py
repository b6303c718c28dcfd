from torch.nn.utils.rnn import pad_sequence


def collate(samples, tokenizer, max_length=128):
    encoded = tokenizer([s.sentence for s in samples], truncation=True, max_length=max_length)
    ids = [torch.tensor(row) for row in encoded.input_ids]
    masks = [torch.ones_like(row) for row in ids]
    inputs = {
        "input_ids": pad_sequence(ids, batch_first=True, padding_value=tokenizer.pad_token_id),
        "attention_mask": pad_sequence(masks, batch_first=True),
    }
    labels = {f"task{task}_labels": torch.tensor([getattr(s, f"task{task}") for s in samples]) for task in "AB"}
    return Batch(inputs, **labels)
