@torch.no_grad()
def encode(self, sentences, progress=False):
    if type(sentences) is str:
        (row,) = self.encode([sentences], progress)
        return row
    modes = {module: module.training for module in self.modules()}
    rows = {}
    try:
        self.eval()
        for positions, inputs in self.batches_by_length(sentences, progress):
            batch = self.project(self.features(inputs["input_ids"], inputs["attention_mask"]))
            rows |= dict(zip(positions, batch.to("cpu"), strict=True))
    finally:
        for module, mode in modes.items():
            module.training = mode
    result = torch.zeros(len(sentences), self.dim).to(self.projection.weight.dtype)
    for position, row in rows.items():
        result[position] = row
    return result
