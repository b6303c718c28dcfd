from .dataset import Sample


def cache_features(model, sentences):
    samples = [Sample(sentence, 0, 0) for sentence in sentences]
    chunks = token_batches(model, MultiTaskDataset(samples), batch_size=7)
    with inference(model), torch.no_grad():
        return torch.cat([model.features(**chunk.to(model.device).inputs) for chunk in chunks]).clone()
