def forward(self, input_ids=None, attention_mask=None, tokens=None):
    match (input_ids, attention_mask, tokens):
        case (_, None, _) | (None, _, None):
            raise ValueError("something is missing")
        case (_, mask, None):
            hidden = self.transformer(input_ids=input_ids, attention_mask=mask).last_hidden_state
        case (_, mask, hidden):
            pass
    rows = [self.tag_classifier(column) for column in hidden.unbind(dim=1)]
    return TaggingOutput(self.sentence_classifier(self.project(self.pool(hidden, mask))), torch.stack(rows, dim=1))
