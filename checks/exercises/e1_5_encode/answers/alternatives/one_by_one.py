from .progress import track as bar


def encode(self, sentences, progress=False):
    if isinstance(sentences, str):
        return self.encode((sentences,), progress).squeeze(0)
    in_train_mode = [module for module in self.modules() if module.training]
    self.eval()
    rows = []
    try:
        with torch.no_grad():
            for sentence in bar(sentences, "Encoding", progress):
                ids = self.tokenizer(sentence, truncation=True, max_length=self.max_length)["input_ids"]
                tokens = torch.tensor([ids], device=self.device)
                rows.append(self.project(self.features(tokens, torch.ones_like(tokens)))[0].cpu())
    finally:
        for module in in_train_mode:
            module.training = True
    return torch.stack(rows) if rows else torch.empty(0, self.dim, dtype=self.projection.weight.dtype)
