def forward(self, input_ids, attention_mask):
    hidden = self.transformer(input_ids, attention_mask=attention_mask)[0]
    normed = self.layer_norm(self.projection(self.pool(hidden, attention_mask)))
    return normed / normed.norm(dim=1, keepdim=True)
