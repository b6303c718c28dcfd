from torch.nn.functional import layer_norm, linear


def forward(self, input_ids=None, attention_mask=None, features=None):
    missing = [value for value in (input_ids, attention_mask) if value is None]
    if missing and features is None:
        raise ValueError(f"{len(missing)} inputs are missing")
    if features is None:
        features = self.pool(self.transformer(input_ids, attention_mask).last_hidden_state, attention_mask)
    wide = linear(features, self.projection.weight, self.projection.bias)
    normed = layer_norm(wide, wide.shape[-1:], self.layer_norm.weight, self.layer_norm.bias, self.layer_norm.eps)
    embeddings = normed / normed.norm(dim=1, keepdim=True).clamp(min=1e-12)
    return MultiTaskOutput(embeddings, *(head(embeddings) for head in (self.taskA_classifier, self.taskB_classifier)))
