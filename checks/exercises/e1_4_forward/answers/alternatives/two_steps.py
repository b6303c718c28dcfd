def forward(self, input_ids, attention_mask):
    pooled = self.features(input_ids=input_ids, attention_mask=attention_mask)
    return self.project(features=pooled)
