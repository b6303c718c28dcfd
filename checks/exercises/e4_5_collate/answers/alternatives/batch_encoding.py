def collate(samples, tokenizer, max_length=128):
    sentences, taskA, taskB, *_ = zip(*samples, strict=True)
    inputs = tokenizer(
        text=list(sentences),
        padding="longest",
        truncation="longest_first",
        max_length=max_length,
        return_token_type_ids=False,
        return_tensors="pt",
    )
    return Batch(inputs=inputs, taskA_labels=torch.LongTensor(taskA), taskB_labels=torch.LongTensor(taskB))
