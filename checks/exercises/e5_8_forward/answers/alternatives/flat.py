def forward(self, input_ids=None, attention_mask=None, tokens=None):
    if attention_mask is None or (tokens is None and input_ids is None):
        raise ValueError("nothing to run on")
    if tokens is None:
        tokens = self.transformer(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
    batch, seq, hidden = tokens.shape
    flat = self.tag_classifier(tokens.reshape(batch * seq, hidden))
    sentence = self.sentence_classifier(self.project(self.pool(tokens, attention_mask)))
    return TaggingOutput(sentence, flat.reshape(batch, seq, flat.shape[-1]))
