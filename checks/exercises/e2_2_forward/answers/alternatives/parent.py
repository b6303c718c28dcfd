def forward(self, input_ids=None, attention_mask=None, features=None):
    if features is not None:
        embeddings = self.project(features)
    elif input_ids is not None and attention_mask is not None:
        embeddings = super().forward(input_ids, attention_mask)
    else:
        raise ValueError("nothing to run on")
    logits = {f"{task}_logits": getattr(self, f"{task}_classifier")(embeddings) for task in ("taskB", "taskA")}
    return MultiTaskOutput(embeddings=embeddings, **logits)
