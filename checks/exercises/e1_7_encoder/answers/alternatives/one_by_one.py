# One sentence after the other: no padding, no order to be undone.
class Encoder(nn.Module):
    def __init__(self, transformer, tokenizer, dim=512, max_length=128):
        super().__init__()
        self.transformer, self.tokenizer, self.max_length = transformer, tokenizer, max_length
        self.dropout = nn.Dropout(0.1)
        self.linear, self.norm = nn.Linear(transformer.config.hidden_size, dim), nn.LayerNorm(dim)

    def tokenize(self, sentences):
        limit = {"truncation": True, "max_length": self.max_length}
        tokens = self.tokenizer(list(sentences), padding=True, return_tensors="pt", **limit)
        return tokens["input_ids"], tokens["attention_mask"]

    def forward(self, input_ids, attention_mask):
        tokens = self.transformer(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        rows = [row[real.bool()].mean(dim=0) for row, real in zip(tokens, attention_mask, strict=True)]
        vectors = self.norm(self.linear(self.dropout(torch.stack(rows))))
        return vectors / vectors.norm(dim=1, keepdim=True)

    def encode(self, sentences, batch_size=32):
        mode = self.training
        self.eval()
        try:
            with torch.inference_mode():
                return torch.cat([self(*self.tokenize([sentence])) for sentence in sentences]).clone()
        finally:
            self.train(mode)
