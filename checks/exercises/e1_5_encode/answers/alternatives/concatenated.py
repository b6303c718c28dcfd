def encode(self, sentences, progress=False):
    single = isinstance(sentences, str)
    texts = [sentences] if single else list(sentences)
    parts = [torch.empty(0, self.dim, dtype=self.projection.weight.dtype)]
    order = []
    with inference(self):
        for positions, inputs in self.batches_by_length(texts, progress=progress):
            parts.append(self.project(self.features(**inputs)).cpu())
            order.extend(positions)
    rows = torch.cat(parts)[torch.tensor(order, dtype=torch.long).argsort()]
    return rows[0] if single else rows
