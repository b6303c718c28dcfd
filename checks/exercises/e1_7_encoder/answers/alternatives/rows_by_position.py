# Each row is written where it belongs.
class Encoder(nn.Module):
    def __init__(self, transformer, tokenizer, dim=512, max_length=128):
        super().__init__()
        self.transformer = transformer
        self.tokenizer = tokenizer
        self.dim, self.max_length = dim, max_length
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(transformer.config.hidden_size, dim), nn.LayerNorm(dim))

    def tokenize(self, sentences):
        rows = [self.tokenizer(text)["input_ids"] for text in sentences]
        rows = [row if len(row) <= self.max_length else row[: self.max_length - 1] + row[-1:] for row in rows]
        tokens = self.tokenizer.pad({"input_ids": rows}, return_tensors="pt")
        return tokens["input_ids"], tokens["attention_mask"]

    def forward(self, input_ids, attention_mask):
        tokens = self.transformer(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weights = attention_mask / attention_mask.sum(dim=1, keepdim=True)
        return F.normalize(self.head(torch.einsum("bsh,bs->bh", tokens, weights)), dim=1)

    def encode(self, sentences, batch_size=32):
        modes = [(module, module.training) for module in self.modules()]
        self.eval()
        vectors = torch.empty(len(sentences), self.dim)
        order = torch.tensor([len(sentence) for sentence in sentences]).argsort(descending=True)
        with torch.no_grad():
            for rows in order.split(batch_size):
                vectors[rows] = self(*self.tokenize([sentences[row] for row in rows]))
        for module, mode in modes:
            module.training = mode
        return vectors
