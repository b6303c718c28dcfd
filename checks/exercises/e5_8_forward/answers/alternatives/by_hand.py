from torch.nn.functional import layer_norm, linear


def forward(self, input_ids=None, attention_mask=None, tokens=None):
    if attention_mask is None:
        raise ValueError("attention_mask is missing")
    if tokens is None and input_ids is None:
        raise ValueError("input_ids and tokens are missing; give one of them")
    vectors = self.transformer(input_ids, attention_mask)[0] if tokens is None else tokens
    wide = linear(self.pool(vectors, attention_mask), self.projection.weight, self.projection.bias)
    normed = layer_norm(wide, wide.shape[-1:], self.layer_norm.weight, self.layer_norm.bias, self.layer_norm.eps)
    embeddings = normed / normed.norm(dim=1, keepdim=True).clamp(min=1e-12)
    tags = linear(vectors, self.tag_classifier.weight, self.tag_classifier.bias)
    return TaggingOutput(tag_logits=tags, sentence_logits=self.sentence_classifier(embeddings))
